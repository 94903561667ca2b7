@scaling
Feature: Scaling
  Every tier grows with its load, up to the limit that was agreed and no further.

  Background:
    Given the manifests of the Booking System

  Scenario Outline: Sub-agent <agent> scales within its agreed limits
    When they are reviewed for scaling limits
    Then the HorizontalPodAutoscaler booking-sub-<agent>-hpa holds to "autoscaling/replica-limits"
    And the HorizontalPodAutoscaler booking-sub-<agent>-hpa holds to "autoscaling/metric-targets"

    @R146
    Examples: Senior Developer
      | agent |
      | s1    |

    @R149
    Examples: UI Developer
      | agent |
      | s2    |

    @R152
    Examples: UX Expert
      | agent |
      | s3    |

    @R155
    Examples: Test Expert
      | agent |
      | s4    |

    @R158
    Examples: Architecture Expert
      | agent |
      | s5    |

    @R161
    Examples: DevOps Expert
      | agent |
      | s6    |

  @R375
  Scenario: The namespace has room for every workload at its maximum
    When they are reviewed for capacity
    Then everything holds to "capacity/quota-covers-maxima"
