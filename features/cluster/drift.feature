@lab
Feature: Drift of a live cluster
  What runs must be what was reviewed. What the server and its controllers fill in is no drift;
  what somebody changed by hand is, and the audit names exactly that.

  Background:
    Given production of the Booking System runs on a control plane

  Scenario: Nothing has drifted after the deployment
    When the cluster is audited
    Then no drift is found

  Scenario: A changed image is found
    Given somebody sets the image of the Deployment "booking-agent2-backend" to "docker.io/library/nginx:1.29.4"
    When the cluster is audited
    Then the only drift is in "/spec/template/spec/containers/0/image" of the Deployment "booking-agent2-backend"

  Scenario: A deleted object is found
    Given somebody deletes the NetworkPolicy "booking-system-netpol"
    When the cluster is audited
    Then the only drift is that the NetworkPolicy "booking-system-netpol" is missing

  Scenario: The replicas that the autoscaler chose are no drift
    Given the autoscaler has given the Deployment "booking-sub-s1" another replica
    When the cluster is audited
    Then no drift is found
