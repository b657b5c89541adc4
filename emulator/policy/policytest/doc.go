// Package policytest makes policy documents and names for tests that compare: valid ones, at
// random, of a small alphabet, so that documents and requests often meet and often just
// miss each other. It is for tests alone, and knows nothing of package policy.
package policytest
