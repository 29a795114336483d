package account

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is something that opens a door: a password, a PIN, an enrolment code, a token. Whatever prints it, fmt, slog or
// JSON, gets a placeholder; string(s) is the only way to the text.
type Secret string

// Format prints the placeholder under every verb and flag.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is the placeholder.
func (Secret) String() string { return redacted }

// LogValue is the placeholder.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is the placeholder: a secret is handed out by an explicit conversion or not at all.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Verifier proves a password or a PIN without holding it: an argon2id hash as a PHC string. It prints as a placeholder,
// for a PIN can be found again from it; JSON holds it whole, because that is how stores keep it.
type Verifier string

// Format prints the placeholder under every verb and flag.
func (Verifier) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is the placeholder.
func (Verifier) String() string { return redacted }

// LogValue is the placeholder.
func (Verifier) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue keeps the verifiers out of logs, whatever encodes them.
func (a Account) LogValue() slog.Value {
	return slog.GroupValue(slog.String("society", string(a.Society)), slog.String("person", string(a.ID)))
}
