@security
Feature: Access rights
  Each workload may do what its work needs, and a leaked token opens nothing else.

  Background:
    Given the manifests of the Booking System
    When they are reviewed for access rights

  @R284 @R376
  Scenario: Workloads run without a token for the API server
    Then every Deployment holds to "security/service-account-token"
    And every StatefulSet holds to "security/service-account-token"

  @R285
  Scenario: Administration and monitoring stay within least privilege
    Then everything holds to "security/rbac-least-privilege"
    And everything holds to "security/no-wildcard-rbac"

  @R174 @R287
  Scenario: No two databases share a password
    Then every StatefulSet holds to "secrets/own-database-credentials"

  @R377
  Scenario: Git holds references to secrets, never secrets
    Then everything holds to "secrets/no-plain-secrets"
    And everything holds to "secrets/no-secret-in-env-literal"
