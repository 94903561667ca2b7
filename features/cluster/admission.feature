@lab
Feature: Admission of forbidden pods
  Labels on a namespace are a promise of the platform; only an API server shows that it keeps it.

  Background:
    Given the namespaces of the Booking System on a control plane

  Scenario: A pod that may become root is refused
    When a pod that runs as root asks to enter
    Then Pod Security refuses it as a violation of "restricted"
    And the refusal names "runAsNonRoot != true"

  Scenario: A pod that mounts the node is refused
    When a pod that mounts a folder of its node asks to enter
    Then Pod Security refuses it as a violation of "restricted"
    And the refusal names "restricted volume types"

  Scenario: A pod that keeps to the standard is taken
    When a pod that keeps to the restricted standard asks to enter
    Then it is admitted
