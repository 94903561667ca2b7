@security
Feature: Network isolation
  Exactly what belongs together may talk to each other.

  Background:
    Given the manifests of the Booking System
    When they are reviewed for network isolation

  @R274 @R378
  Scenario: Every namespace denies by default
    Then every Namespace holds to "network/default-deny"

  @R277
  Scenario: Every declared edge is open, on its port
    Then every Edge holds to "network/declared-edges"

  @R173
  Scenario: Nothing beyond the declared edges is open
    Then everything holds to "network/undeclared-paths"

  @R278
  Scenario: Name resolution reaches the cluster's DNS and no other
    Then everything holds to "network/dns-egress"
