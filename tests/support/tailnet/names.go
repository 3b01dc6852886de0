package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"tailscale.com/types/key"
)

// names holds the name of each node in the tailnet.
type names struct {
	mu   sync.Mutex
	node map[key.NodePublic]string
}

func newNames() *names { return &names{node: map[key.NodePublic]string{}} }

// claim returns the node's name: the one it wants, with -1, -2, … while another node has that.
func (s *names) claim(k key.NodePublic, want string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if has, ok := s.node[k]; ok && (has == want || strings.HasPrefix(has, want+"-")) {
		return has
	}
	delete(s.node, k)
	taken := slices.Collect(maps.Values(s.node))
	name := want
	for i := 1; slices.Contains(taken, name); i++ {
		name = fmt.Sprintf("%s-%d", want, i)
	}
	s.node[k] = name
	return name
}

func (s *names) release(k key.NodePublic) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.node, k)
}
