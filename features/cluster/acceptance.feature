@lab
Feature: Acceptance by the API server
  A manifest set that passes here must be taken by a real API server as it stands, and the pods that it
  asks for must find room on the nodes that are declared for it, at the least load and at the most.

  Scenario Outline: An environment sails without a word from the server
    Given the <environment> manifests of the Booking System
    When they are proved on a control plane
    Then the API server accepts every object
    And the API server warns of nothing
    And every pod is admitted
    And every pod is ready with the fewest replicas
    And every pod is ready with the most replicas

    Examples: environments
      | environment |
      | production  |
      | staging     |
      | development |
