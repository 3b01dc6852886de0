package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
)

// allowed lists each switch and what it can be set to. The first value is where it stands at start.
var allowed = map[string][]string{
	"https":    {"on", "off"},                         // HTTPS certificates enabled in the tailnet
	"acme":     {"on", "limited"},                     // limited: Let's Encrypt has given this name too many certificates
	"serve":    {"complete", "wait", "exit", "error"}, // the answer to "is Serve enabled?", see feature
	"register": {"ok", "hold"},                        // hold: a node that wants to join gets no answer
	"approval": {"off", "on"},                         // new machines need an admin's approval
	"ssh":      {"on", "off"},                         // off: the policy has no rule that lets anyone in
	"control":  {"up", "down", "silent"},              // down: connections end without an answer; silent: they stay open
}

// settings are the switches that tests turn.
type settings struct {
	mu      sync.Mutex
	values  map[string]string
	changed chan struct{} // closed and made again at every change
}

func newSettings() *settings {
	s := &settings{values: map[string]string{}, changed: make(chan struct{})}
	for name, values := range allowed {
		s.values[name] = values[0]
	}
	return s
}

func (s *settings) get(name string) string {
	value, _ := s.look(name)
	return value
}

func (s *settings) look(name string) (value string, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[name], s.changed
}

func (s *settings) all() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.values)
}

// set changes several at once, or none if one is wrong.
func (s *settings) set(values map[string]string) error {
	for name, value := range values {
		if !slices.Contains(allowed[name], value) {
			return fmt.Errorf("%s=%s: there is only %v", name, value, allowed)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.Copy(s.values, values)
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

// waitWhile returns when the setting is no longer value, or with an error when ctx ends.
func (s *settings) waitWhile(ctx context.Context, name, value string) error {
	for {
		now, changed := s.look(name)
		if now != value {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
