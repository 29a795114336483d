package account

import (
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is something that opens a door: a password, a PIN, an enrolment code, a token. Whatever prints it, fmt, slog or
// JSON, gets "[redacted]"; string(s) is the only way to the text.
type Secret string

// Format prints "[redacted]" under every verb and flag.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is "[redacted]".
func (Secret) String() string { return redacted }

// LogValue is "[redacted]".
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText is "[redacted]": a secret is handed out by an explicit conversion or not at all.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Verifier proves a password or a PIN without holding it: an argon2id hash as a PHC string. It prints as "[redacted]",
// for a PIN can be found again from it; JSON holds it whole, because that is how stores keep it.
type Verifier string

// Format prints "[redacted]" under every verb and flag.
func (Verifier) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// String is "[redacted]".
func (Verifier) String() string { return redacted }

// LogValue is "[redacted]".
func (Verifier) LogValue() slog.Value { return slog.StringValue(redacted) }

// LogValue keeps the verifiers out of logs, whatever encodes them.
func (a Account) LogValue() slog.Value {
	return slog.GroupValue(slog.String("society", string(a.Society)), slog.String("person", string(a.ID)))
}
