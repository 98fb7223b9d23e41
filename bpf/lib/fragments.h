/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/* Later fragments carry no ports: the first one leaves them for the others. */
#ifndef NETMON_FRAGMENTS_H
#define NETMON_FRAGMENTS_H

#include "ip.h"

static __always_inline void fragment_key_of(const struct packet *p, const struct ip_layer *ip,
                                            struct fragment_key *key)
{
	__builtin_memcpy(key->source, p->key.addr[0], sizeof(key->source));
	__builtin_memcpy(key->destination, p->key.addr[1], sizeof(key->destination));
	key->id = ip->id;
	key->protocol = p->flags & PACKET_IS_IPV6 ? 0 : ip->protocol;
}

/* A first fragment leaves its ports for the later ones. */
static __always_inline void remember_fragment(const struct packet *p, const struct ip_layer *ip)
{
	struct fragment_ports ports = { .protocol = ip->protocol };
	struct fragment_key key;

	ports.source = p->key.port[0];
	ports.destination = p->key.port[1];
	fragment_key_of(p, ip, &key);
	if (bpf_map_update_elem(&fragments, &key, &ports, BPF_ANY))
		count(fragment_map_failed, 1);
}

static __always_inline void recall_fragment(struct packet *p, struct ip_layer *ip)
{
	struct fragment_key key;
	struct fragment_ports *ports;

	fragment_key_of(p, ip, &key);
	ports = bpf_map_lookup_elem(&fragments, &key);
	if (!ports) {
		count(fragments_unmatched, 1);
		return;
	}
	p->key.port[0] = ports->source;
	p->key.port[1] = ports->destination;
	ip->protocol = ports->protocol;
}

#endif
