// SPDX-License-Identifier: Apache-2.0

// The vendor's client for Go makes and deletes a server on the double, and reads every list with unknown fields refused: so the double
// has invented none. HCLOUD_ENDPOINT and HCLOUD_TOKEN name the double. Exit code 1, and a line, when something is not as it would be.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"
	"github.com/hetznercloud/hcloud-go/v2/hcloud/schema"
)

var (
	endpoint = os.Getenv("HCLOUD_ENDPOINT")
	token    = os.Getenv("HCLOUD_TOKEN")
)

// no ends the program when there is an error.
func no(err error, what string) {
	if err != nil {
		fmt.Printf("%s: %v\n", what, err)
		os.Exit(1)
	}
}

// knows reads the answer to a GET into a value of the client's, which must have every field of it but `meta`.
func knows(path string, into any) {
	request, err := http.NewRequest(http.MethodGet, endpoint+path, nil)
	no(err, path)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	no(err, path)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	no(err, path)
	var parts map[string]json.RawMessage
	no(json.Unmarshal(body, &parts), path)
	delete(parts, "meta")
	body, err = json.Marshal(parts)
	no(err, path)
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	no(decoder.Decode(into), path)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	client := hcloud.NewClient(hcloud.WithEndpoint(endpoint), hcloud.WithToken(token),
		hcloud.WithPollOpts(hcloud.PollOpts{BackoffFunc: hcloud.ConstantBackoff(20 * time.Millisecond)}))
	wait := func(err error, what string, actions ...*hcloud.Action) {
		no(err, what)
		no(client.Action.WaitFor(ctx, actions...), what)
	}
	protect := func(server *hcloud.Server, on bool) *hcloud.Action {
		action, _, err := client.Server.ChangeProtection(ctx, server, hcloud.ServerChangeProtectionOpts{Delete: &on, Rebuild: &on})
		wait(err, "protection", action)
		return action
	}

	firewall, _, err := client.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: "claw", Labels: map[string]string{"a/b": "c"}})
	no(err, "firewall")
	made, _, err := client.Server.Create(ctx, hcloud.ServerCreateOpts{
		Name: "claw", ServerType: &hcloud.ServerType{Name: "cax21"}, Image: &hcloud.Image{Name: "ubuntu-24.04"}, UserData: "x",
		Firewalls: []*hcloud.ServerCreateFirewall{{Firewall: *firewall.Firewall}},
	})
	wait(err, "server", append(made.NextActions, made.Action)...)
	action, _, err := client.Server.EnableBackup(ctx, made.Server, "")
	wait(err, "backups", action)
	action = protect(made.Server, true)
	if _, _, err = client.Server.DeleteWithResult(ctx, made.Server); !hcloud.IsError(err, hcloud.ErrorCodeProtected) {
		no(fmt.Errorf("would be protected, is %v", err), "deletion")
	}
	if _, _, err = client.Firewall.Create(ctx, hcloud.FirewallCreateOpts{Name: "claw"}); !hcloud.IsError(err, hcloud.ErrorCodeUniquenessError) {
		no(fmt.Errorf("would be uniqueness_error, is %v", err), "second firewall")
	}
	_, _, err = client.Pricing.Get(ctx)
	no(err, "pricing")
	image, _, err := client.Image.GetByNameAndArchitecture(ctx, "ubuntu-24.04", hcloud.ArchitectureARM)
	no(err, "image")
	if image == nil || image.Architecture != hcloud.ArchitectureARM {
		no(fmt.Errorf("would be for arm"), "image")
	}

	knows("/servers", &schema.ServerListResponse{})
	knows("/firewalls", &schema.FirewallListResponse{})
	knows("/images", &schema.ImageListResponse{})
	knows("/server_types", &schema.ServerTypeListResponse{})
	knows("/locations", &schema.LocationListResponse{})
	knows("/pricing", &schema.PricingGetResponse{})
	knows("/primary_ips", &schema.PrimaryIPListResponse{})
	knows(fmt.Sprintf("/actions?id=%d", action.ID), &schema.ActionListResponse{})
	knows(fmt.Sprintf("/servers/%d/actions", made.Server.ID), &schema.ActionListResponse{})

	protect(made.Server, false)
	deleted, _, err := client.Server.DeleteWithResult(ctx, made.Server)
	no(err, "deletion")
	wait(nil, "deletion", deleted.Action)
	_, err = client.Firewall.Delete(ctx, firewall.Firewall)
	no(err, "firewall's deletion")
}
