@security @ingress
Feature: Public entry
  The internet reaches the booking agents over TLS, at a bounded rate, and nothing else.

  Background:
    Given the manifests of the Booking System
    When they are reviewed for their public entry

  @R105
  Scenario: Every host is served over TLS
    Then every Ingress holds to "ingress/tls-on-every-host"

  @R110
  Scenario: Every public host is rate limited
    Then every Ingress holds to "ingress/rate-limited"

  @R107 @R108
  Scenario Outline: Agent <agent> has its own host and routes
    Then the Ingress booking-agent<agent>-ingress holds to "ingress/declared-routes"

    Examples: Standard agents
      | agent |
      | 2     |
      | 3     |
      | 4     |
