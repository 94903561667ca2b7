# METADATA
# title: Databases run on the declared nodes
# description: >-
#   A workload whose volume is declared for certain nodes can be scheduled on no others: a node selector or a
#   required node affinity asks for each declared label. One whose volume is declared for any node asks for none.
# custom:
#   severity: medium
#   kinds: [apps/Deployment, apps/StatefulSet]
#   remediation: >-
#     Add the declared label to every term of requiredDuringSchedulingIgnoredDuringExecution, with operator In, and
#     none where none is declared.
#   needs: [architecture]
package storage["node-placement"]

import data.lib.intent
import data.lib.pods
import data.lib.safe

declared := safe.object_at(intent.workload(input.review.object), ["storage", "nodes"])

spec := pods.spec(input.review.object)

required := ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"]

asks_for(label, value) if safe.string_at(spec, ["nodeSelector", label]) == value

# One term is enough for the scheduler, so every term has to ask.
asks_for(label, value) if {
	terms := safe.array_at(spec, required)
	count(terms) > 0
	every term in terms {
		term_asks_for(term, label, value)
	}
}

term_asks_for(term, label, value) if {
	some expression in safe.array_at(term, ["matchExpressions"])
	safe.string_at(expression, ["key"]) == label
	safe.string_at(expression, ["operator"]) == "In"
	safe.array_at(expression, ["values"]) == [value]
}

violation contains {"msg": msg, "details": {"pointer": pointer, "label": label, "declared": value}} if {
	some label, value in declared
	not asks_for(label, value)
	msg := sprintf("it may run on nodes without the declared label %s=%v", [label, value])
	pointer := concat("", [pods.spec_pointer(input.review.object), "/affinity/nodeAffinity"])
}

bound contains ["nodeSelector"] if count(safe.object_at(spec, ["nodeSelector"])) > 0

bound contains required if count(safe.array_at(spec, required)) > 0

# Declared for any node: {} is a promise, too.
violation contains {"msg": msg, "details": {"pointer": pointer}} if {
	storage := safe.object_at(intent.workload(input.review.object), ["storage"])
	count(storage) > 0
	count(declared) == 0
	some path in bound
	msg := "it asks for certain nodes, and is declared for any"
	pointer := concat("", [pods.spec_pointer(input.review.object), safe.pointer(path)])
}
