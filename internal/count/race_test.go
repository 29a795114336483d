//go:build race

package count_test

// The folds of the property tests run in one goroutine: looking for races in them only takes time.
func init() { fewer = 10 }
