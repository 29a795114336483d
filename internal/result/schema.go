package result

import _ "embed"

// SchemaJSON is the published JSON Schema (2020-12) of Document. It says what the form is; sums, order and what only
// code can say are Check's.
//
//go:embed schema.json
var SchemaJSON []byte
