package account

import (
	"context"
	"time"

	"jard/internal/stocktake"
)

// Directory is the store of people, devices, enrolment codes and sign-ins. Each verb is one transaction: when a verb
// that changes something returns nil, its whole effect has been made durable; when it fails, nothing was written.
//
// Every record belongs to one society and no verb crosses that line: the same person or device id in two societies is
// two records. Only the three verbs that start from the hash of a secret (SignInByToken, DeviceByToken, Redeem) find
// the society themselves, so those hashes are unique across societies.
//
// Instants come in as UTC with whole microseconds and go out equal. A store reads no clock and makes nothing random: it
// is told both. It enforces no role: Service does, before it calls. What it returns is a copy, the caller's to keep.
//
// Each changing verb that takes an Act appends it, in the same transaction, to the society's trail, under the next
// offset (1, 2, 3 … without gaps); a verb that had no effect appends nothing.
type Directory interface {
	// SavePerson creates or replaces one person. See PersonChange for its preconditions; Moved where one does not hold,
	// PersonExists where Account.Version is 0 and the person is there. It answers the account as stored, with its new
	// version: 1 for a new person, one more than before otherwise. The society's roll version grows by one too.
	SavePerson(ctx context.Context, c PersonChange) (Account, error)

	// Person gives one person; stocktake.Missing when there is none.
	Person(ctx context.Context, society stocktake.SocietyID, id stocktake.PersonID) (Account, error)

	// People gives everybody of the society, disabled ones too, by id in byte order, with the roll version that they were
	// read at. A society never heard of has roll version 0 and nobody.
	People(ctx context.Context, society stocktake.SocietyID) (Roll, error)

	// PutSignIn stores a sign-in if the person's account still has version ifVersion, else Moved (also where there is no
	// such person). In the same transaction it removes the person's sign-ins that had expired by s.At, and the oldest ones
	// (by At) above MaxSignIns; the new one always stays.
	PutSignIn(ctx context.Context, s SignIn, ifVersion uint64, a Act) error

	// SignInByToken gives the sign-in with that token hash and the account of its person, read together;
	// stocktake.Missing when it was never there or has ended. An expired one is given until something removes it: the
	// caller judges the time.
	SignInByToken(ctx context.Context, token stocktake.Hash) (SignIn, Account, error)

	// EndSignIn removes the sign-in. One that is not there has no effect and is no error.
	EndSignIn(ctx context.Context, token stocktake.Hash) error

	// PutEnrolment stores a code that waits to be redeemed, and removes the society's codes that had expired by a.At.
	// CodeTaken when a waiting code (in any society, expired or not) has the same hash.
	PutEnrolment(ctx context.Context, e Enrolment, a Act) error

	// Redeem turns a waiting code into a device: the code goes, the device (not revoked, EnrolledAt = At, EnrolledBy =
	// who issued the code, Name = the enrolment's name or, where that is empty, the redemption's) and its token come, and
	// an Act with kind Enrolled and that person and device is appended, all at once. Of two redemptions of one code one
	// succeeds. CodeUnknown, one and the same, for a code that was never there, was used, was withdrawn or has
	// expired (ExpiresAt not after At). DeviceExists when the society has a device with that id; the code then stays.
	Redeem(ctx context.Context, r Redemption) (Device, error)

	// DeviceByToken gives the device with that token hash, a revoked one too; stocktake.Missing when there is none.
	DeviceByToken(ctx context.Context, token stocktake.Hash) (Device, error)

	// DeviceToken gives one device, a revoked one too, and the hash of its token; stocktake.Missing when there is none.
	DeviceToken(ctx context.Context, society stocktake.SocietyID, id stocktake.DeviceID) (Device, stocktake.Hash, error)

	// Devices gives the society's devices, revoked ones too, by id in byte order.
	Devices(ctx context.Context, society stocktake.SocietyID) ([]Device, error)

	// RevokeDevice marks the device a.Device as revoked by a.By at a.At with a.Note for its reason, and answers it. Its
	// token stays known. Revoking again has no effect: the first revocation stands. stocktake.Missing when there is none.
	RevokeDevice(ctx context.Context, society stocktake.SocietyID, a Act) (Device, error)

	// RecordDeviceSignIn notes that the person signed in on the device. Only the first time has an effect. Refused with
	// DeviceRevoked when the device is revoked, stocktake.Missing when it is not there, and Moved when the person's account
	// no longer has version ifVersion (also where there is no such person).
	RecordDeviceSignIn(ctx context.Context, s DeviceSignIn, ifVersion uint64) error

	// SignedIn gives everybody who ever signed in on the device, with the instant of the first time, by person id in byte
	// order; nobody for a device that is not there. Nothing ever removes one.
	SignedIn(ctx context.Context, society stocktake.SocietyID, device stocktake.DeviceID) ([]DeviceSignIn, error)

	// Trail gives up to limit acts of the society from an offset on (1 is the first), oldest first.
	Trail(ctx context.Context, society stocktake.SocietyID, from uint64, limit int) ([]Act, error)
}

// MaxSignIns is how many sign-ins one person may have at a time.
const MaxSignIns = 16

// Account is one person of one society: who it is, what they may be, and what proves it is them. Password and PIN are
// empty where none was set. Version grows with every save.
type Account struct {
	Society   stocktake.SocietyID `json:"society"`
	ID        stocktake.PersonID  `json:"id"`
	Name      stocktake.Name      `json:"name"`
	Roles     []stocktake.Role    `json:"roles,omitempty"`
	Password  Verifier            `json:"password,omitempty"`
	PIN       Verifier            `json:"pin,omitempty"`
	Disabled  bool                `json:"disabled,omitempty"`
	Version   uint64              `json:"version"`
	CreatedAt time.Time           `json:"created_at"`
	ChangedAt time.Time           `json:"changed_at"`
}

// Roll is everybody of a society, and a version that grows whenever any of them is saved.
type Roll struct {
	Version uint64
	People  []Account
}

// PersonChange is one save of a person with what must still hold for it.
type PersonChange struct {
	// Account is what to store. Its Version is the one that the change was made from: 0 means that the person must not
	// exist yet, any other that the stored account has exactly that version.
	Account Account

	// IfRoll, when set, is the roll version that the society must still have. It guards rules about all people together,
	// such as that one administrator remains.
	IfRoll *uint64

	// Expel ends every sign-in of the person and withdraws every waiting enrolment code that they issued.
	Expel bool

	// Act is what the trail says about it.
	Act Act
}

// SignIn is one person's token for a while.
type SignIn struct {
	Token     stocktake.Hash      `json:"token"`
	Society   stocktake.SocietyID `json:"society"`
	Person    stocktake.PersonID  `json:"person"`
	At        time.Time           `json:"at"`
	ExpiresAt time.Time           `json:"expires_at"`
}

// Enrolment is a one-time code that waits for its device.
type Enrolment struct {
	Code      stocktake.Hash      `json:"code"`
	Society   stocktake.SocietyID `json:"society"`
	Name      string              `json:"name,omitempty"`
	By        stocktake.PersonID  `json:"by"`
	At        time.Time           `json:"at"`
	ExpiresAt time.Time           `json:"expires_at"`
}

// Redemption is a device that shows a code.
type Redemption struct {
	Code   stocktake.Hash
	At     time.Time
	Device stocktake.DeviceID // its id, if the code is good
	Name   string             // what it calls itself
	Token  stocktake.Hash
}

// Device is one enrolled handheld.
type Device struct {
	Society    stocktake.SocietyID `json:"society"`
	ID         stocktake.DeviceID  `json:"id"`
	Name       string              `json:"name"`
	EnrolledBy stocktake.PersonID  `json:"enrolled_by"` // who issued its code
	EnrolledAt time.Time           `json:"enrolled_at"`
	Revoked    bool                `json:"revoked,omitempty"`
	RevokedBy  stocktake.PersonID  `json:"revoked_by,omitempty"`
	RevokedAt  time.Time           `json:"revoked_at,omitzero"`
	Reason     string              `json:"reason,omitempty"` // why it was revoked
}

// DeviceSignIn says that a person signed in on a device.
type DeviceSignIn struct {
	Society stocktake.SocietyID `json:"society"`
	Device  stocktake.DeviceID  `json:"device"`
	Person  stocktake.PersonID  `json:"person"`
	At      time.Time           `json:"at"`
}

// Act is one line of a society's trail: who changed what about people and devices.
type Act struct {
	Offset uint64             `json:"offset"` // given by the store
	At     time.Time          `json:"at"`
	By     stocktake.PersonID `json:"by,omitempty"` // empty: the operator of the server
	Kind   ActKind            `json:"kind"`
	Person stocktake.PersonID `json:"person,omitempty"`
	Device stocktake.DeviceID `json:"device,omitempty"`
	Roles  []stocktake.Role   `json:"roles,omitempty"` // held from now on
	Note   string             `json:"note,omitempty"`
}

// ActKind says what was done. The texts are stored: append-only.
type ActKind string

// What is done to people and devices.
const (
	PersonAdded     ActKind = "person.added"
	PersonRenamed   ActKind = "person.renamed"
	RolesSet        ActKind = "roles.set"
	PasswordSet     ActKind = "password.set"
	PINSet          ActKind = "pin.set"
	PersonDisabled  ActKind = "person.disabled"
	PersonEnabled   ActKind = "person.enabled"
	PersonSignedIn  ActKind = "person.signed-in"
	PersonSignedOut ActKind = "person.signed-out" // everywhere
	KeyIssued       ActKind = "key.issued"
	CodeIssued      ActKind = "code.issued"
	Enrolled        ActKind = "device.enrolled"
	DeviceDismissed ActKind = "device.revoked"
)
