"""The checks: each group looks at the model and answers with verdicts."""
