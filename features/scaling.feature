@scaling
Feature: Scaling
  Every tier grows with its load, up to the limit that was agreed and no further.

  Background:
    Given the production manifests

  @R146 @R149 @R152 @R155 @R158 @R161
  Scenario Outline: Sub-agent <agent> scales within its agreed limits
    When they are reviewed for scaling limits
    Then the HorizontalPodAutoscaler booking-sub-<agent>-hpa holds to "autoscaling/replica-limits"
    And the HorizontalPodAutoscaler booking-sub-<agent>-hpa holds to "autoscaling/metric-targets"

    Examples: Sub-agents
      | agent |
      | s1    |
      | s2    |
      | s3    |
      | s4    |
      | s5    |
      | s6    |

  @R375
  Scenario: The namespace has room for every workload at its maximum
    When they are reviewed for capacity
    Then everything holds to "capacity/quota-covers-maxima"
