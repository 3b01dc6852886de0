package main

import (
	"strings"
	"sync"
)

// An authKey is a pre-auth key. left counts the joins that it still allows; -1 is reusable. A node that joins with an
// ephemeral one is removed when it logs out.
type authKey struct {
	left      int
	tags      []string
	ephemeral bool
}

type authKeys struct {
	mu   sync.Mutex
	keys map[string]*authKey
}

func newAuthKeys() *authKeys { return &authKeys{keys: map[string]*authKey{}} }

// set adds a key or changes it.
func (a *authKeys) set(name string, k authKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.keys[name] = &k
}

// use spends one join and returns the key, or returns why it can't, in the words of the real service (known from
// upstream's issue tracker): a used key is named by its identifier only.
func (a *authKeys) use(name string) (used authKey, refusal string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k := a.keys[name]
	if k == nil {
		return authKey{}, "invalid key: API key does not exist"
	}
	if k.left == 0 {
		id, _, _ := strings.Cut(strings.TrimPrefix(name, "tskey-auth-"), "-")
		return authKey{}, "invalid key: API key " + id + " not valid"
	}
	if k.left > 0 {
		k.left--
	}
	return *k, ""
}
