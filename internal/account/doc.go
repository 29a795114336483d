// Package account knows who acts: people with their roles and credentials, the devices of a society, the one-time codes
// that enrol devices, and the tokens that people and devices show afterwards. Service holds every rule (who may do what
// to whom, how fast one may guess); Directory is where it keeps things.
//
// It is core: it imports stocktake, the standard library, argon2 and rate, and nothing else of this module. It knows no
// transport and no engine, reads time and randomness only from what Service was given, and logs nothing. Everything
// belongs to a society; the same person id in two societies is two people. The ministry's officers are people of the
// ministry's own society id.
package account
