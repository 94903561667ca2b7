package lib.networks_test

import data.lib.networks

test_pass_directions_by_default if {
	networks.concerns({"spec": {}}, "Ingress")
	not networks.concerns({"spec": {}}, "Egress")
	networks.concerns({"spec": {"egress": [{}]}}, "Egress")
	not networks.concerns({"spec": {"policyTypes": ["Egress"]}}, "Ingress")
}

test_pass_ports if {
	networks.covers_port({}, "UDP", 53)
	networks.covers_port({"ports": [{"port": 53}]}, "TCP", 53)
	not networks.covers_port({"ports": [{"port": 53}]}, "UDP", 53)
	networks.covers_port({"ports": [{"protocol": "UDP"}]}, "UDP", 53)
	networks.covers_port({"ports": [{"port": 50, "endPort": 60}]}, "TCP", 53)
	not networks.covers_port({"ports": [{"port": 54, "endPort": 60}]}, "TCP", 53)
}
