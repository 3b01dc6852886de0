package main

import (
	"context"
	"testing"
	"time"
)

func TestSettingsChangeTogetherOrNotAtAll(t *testing.T) {
	s := newSettings()
	if s.set(map[string]string{"https": "off", "serve": "nonsense"}) == nil || s.set(map[string]string{"none": "on"}) == nil {
		t.Error("a wrong setting was accepted")
	}
	if got := s.get("https"); got != "on" {
		t.Errorf("https is %q", got)
	}
}

func TestWaitWhile(t *testing.T) {
	s := newSettings()
	if err := s.set(map[string]string{"register": "hold"}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	done := make(chan error)
	go func() { done <- s.waitWhile(ctx, "register", "hold") }()
	if err := s.set(map[string]string{"https": "off"}); err != nil { // another change doesn't end it
		t.Fatal(err)
	}
	select {
	case <-done:
		t.Fatal("it ended though nothing was released")
	case <-time.After(50 * time.Millisecond):
	}
	if err := s.set(map[string]string{"register": "ok"}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	cancel()
	if s.waitWhile(ctx, "https", "off") == nil {
		t.Error("it outlived its context")
	}
}
