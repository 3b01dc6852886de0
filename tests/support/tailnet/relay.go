package main

import (
	"log"
	"net"

	"tailscale.com/derp/derpserver"
	"tailscale.com/net/stun"
	"tailscale.com/tailcfg"
	"tailscale.com/types/key"
)

// startRelay runs DERP and STUN and returns the map that nodes find them by.
func startRelay(p place) *tailcfg.DERPMap {
	serve(p.listen(derpPort), derpserver.Handler(derpserver.New(key.NewNode(), func(string, ...any) {})))
	l, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.ParseIP(p.address), Port: stunPort})
	if err != nil {
		log.Fatal(err)
	}
	go answerSTUN(l)
	return &tailcfg.DERPMap{OmitDefaultRegions: true, Regions: map[int]*tailcfg.DERPRegion{1: {
		RegionID: 1, RegionCode: "lab", RegionName: "Lab", Nodes: []*tailcfg.DERPNode{{
			Name: "1a", RegionID: 1, HostName: p.name, IPv4: p.address, IPv6: "none", DERPPort: derpPort, STUNPort: stunPort,
		}},
	}}}
}

func answerSTUN(l *net.UDPConn) {
	var b [1500]byte
	for {
		n, from, err := l.ReadFromUDPAddrPort(b[:])
		if err != nil {
			log.Fatal(err)
		}
		if id, err := stun.ParseBindingRequest(b[:n]); err == nil {
			if _, err := l.WriteToUDPAddrPort(stun.Response(id, from), from); err != nil {
				log.Printf("stun to %v: %v", from, err) // it may just have gone
			}
		}
	}
}
