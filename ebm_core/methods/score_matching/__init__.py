"""Methods that match the gradient of the log density and need no negatives."""
