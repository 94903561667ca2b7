@lab
Feature: Quota of the namespace
  One team's mistake must not take the room of all others.

  Background:
    Given the namespaces of the Booking System on a control plane

  Scenario: A pod that asks for more than the quota leaves is refused
    When a pod that requests more processors than the quota has asks to enter
    Then the quota refuses it for "requests.cpu"

  Scenario: A pod above the limit of one container is refused
    When a pod whose container may use more memory than any may asks to enter
    Then the limit range refuses it for "memory"
