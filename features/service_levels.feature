@slo
Feature: Service levels under load
  Guests abandon a booking that takes longer than half a second, and an agent that fails one call in a hundred.

  Background:
    Given the manifests of the Booking System

  Rule: Guests are served fast and without errors

    @R337 @R338
    Scenario Outline: Guests are served at the <load> load
      When the "<scenario>" scenario is simulated
      Then 95 % of user requests finish within 500 ms
      And fewer than 0.1 % of user requests fail

      Examples: Load profiles
        | load         | scenario   |
        | steady       | steady     |
        | daily peak   | daily-peak |
        | sudden burst | burst      |

  Rule: Growth stays within the agreed limits

    @R292 @R295
    Scenario: Autoscalers follow a burst without leaving their limits
      When the "burst" scenario is simulated
      Then no autoscaler leaves its replica limits

  Rule: Sub-agents can rely on the Claude API

    @R339
    Scenario: Claude API calls succeed while work arrives in a surge
      When the "sub-agent-surge" scenario is simulated
      Then more than 99 % of Claude API calls succeed

  Rule: The system is there when it is needed

    @R336
    Scenario: Users are served through a month of failures
      When the "month" scenario is simulated
      Then users are served 99.9 % of the time
