@security
Feature: Pod security
  A compromised container must not become a compromised node.

  Background:
    Given the manifests of the Booking System
    When they are reviewed for pod security

  @R281 @R282 @R283
  Scenario: Every namespace enforces the restricted standard
    Then every Namespace holds to "security/namespace-pod-security"

  @R368
  Scenario: Every workload is admitted under the restricted standard
    Then every Deployment holds to "security/pod-security-restricted"
    And every StatefulSet holds to "security/pod-security-restricted"

  @R369
  Scenario: No container can change its own file system
    Then every Deployment holds to "security/read-only-root-filesystem"
    And every StatefulSet holds to "security/read-only-root-filesystem"
