package main

import (
	"testing"

	"tailscale.com/types/key"
)

func TestNames(t *testing.T) {
	n := newNames()
	a, b, c := key.NewNode().Public(), key.NewNode().Public(), key.NewNode().Public()
	for _, step := range []struct {
		node       key.NodePublic
		want, gets string
	}{
		{a, "vps", "vps"},
		{a, "vps", "vps"}, // asked again, it keeps it
		{b, "vps", "vps-1"},
		{c, "vps", "vps-2"},
		{b, "other", "other"},
		{b, "vps", "vps-1"}, // that was free again
	} {
		if got := n.claim(step.node, step.want); got != step.gets {
			t.Errorf("claim %q: got %q, want %q", step.want, got, step.gets)
		}
	}
	n.release(a)
	if got := n.claim(key.NewNode().Public(), "vps"); got != "vps" {
		t.Errorf("after release: got %q", got)
	}
	if got := n.claim(b, "vps"); got != "vps-1" {
		t.Errorf("a node keeps its name when the better one becomes free: got %q", got)
	}
}
