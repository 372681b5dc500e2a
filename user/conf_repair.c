// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Block "repair": rules of checksum repair. */
#include "conf_repair.h"

#include "args.h"
#include "conf.h"
#include "conf_lex.h"
#include "nl.h"

#include <arpa/inet.h>
#include <string.h>

int conf_repair_parse(struct lex *p, struct conf *conf)
{
	struct ksflow_repair_rule *rule;
	char word[16], text[200];
	int ret;

	if (conf->repair_count == KSFLOW_REPAIR_RULES_MAX)
		return lex_fail(p, "expected at most %d repair blocks",
				KSFLOW_REPAIR_RULES_MAX);
	rule = &conf->repairs[conf->repair_count];
	memset(rule, 0, sizeof(*rule));
	ret = lex_open(p);
	while (!ret) {
		ret = lex_next(p, false);
		if (ret || lex_is(p, "}"))
			break;
		if (strlen(p->token) >= sizeof(word))
			return lex_fail(p,
				"expected port, dev, from, to, mode, kinds, defrag or } in repair");
		strcpy(word, p->token);
		ret = lex_value(p, "a value");
		if (!ret && !args_repair_word(word, p->token, rule, text,
					      sizeof(text)))
			ret = lex_fail(p, "%s", text);
	}
	if (!ret && !ksflow_has(rule, REPAIR_PORT))
		ret = lex_fail(p, "expected port=1...65535 in repair");
	if (!ret)
		conf->repair_count++;
	return ret;
}

static void print_prefix(const char *word, const uint8_t *addr, uint8_t len,
			 FILE *out)
{
	char text[INET6_ADDRSTRLEN];

	fprintf(out, " %s=%s/%u", word,
		inet_ntop(AF_INET6, addr, text, sizeof(text)), len);
}

void conf_repair_print(const struct ksflow_repair_rule *rule, FILE *out)
{
	const char *between = " kinds=";
	unsigned int kind;

	fprintf(out, "  repair { port=%u", rule->port);
	if (ksflow_has(rule, REPAIR_DEV))
		lex_print(out, "dev", rule->dev);
	if (ksflow_has(rule, REPAIR_FROM))
		print_prefix("from", rule->from, rule->from_len, out);
	if (ksflow_has(rule, REPAIR_TO))
		print_prefix("to", rule->to, rule->to_len, out);
	if (ksflow_has(rule, REPAIR_MODE))
		fprintf(out, " mode=%s", ksflow_repair_mode_name(rule->mode));
	for (kind = 0; ksflow_repair_kind_name(kind); kind++) {
		if (!(rule->kinds & 1U << kind))
			continue;
		fprintf(out, "%s%s", between, ksflow_repair_kind_name(kind));
		between = ",";
	}
	if (ksflow_has(rule, REPAIR_DEFRAG))
		fprintf(out, " defrag=%s", rule->defrag ? "on" : "off");
	fprintf(out, " }\n");
}
