// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "conf_edit.h"

#include "conf.h"
#include "conf_lex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_EMPTY	"sflow {\n}\n"

/* A setting, or a block; offsets into the text. */
struct item {
	size_t start;
	size_t value_start;	/* of a block: its opening brace */
	size_t end;		/* behind it */
	bool is_block;
	char key[TOKEN_MAX];
	char value[TOKEN_MAX];
};

struct walk {
	struct conf_edit *e;
	struct conf_report report;
	struct lex lex;
};

static void walk_start(struct walk *w, struct conf_edit *e, size_t from)
{
	memset(w, 0, sizeof(*w));
	w->e = e;
	w->lex = (struct lex){
		.report = &w->report, .file = "configuration",
		.at = e->text + from, .end = e->text + e->len, .line = 1,
	};
}

static int walk_failed(struct walk *w, int ret)
{
	snprintf(w->e->error, sizeof(w->e->error), "%.255s", w->report.error);
	return ret;
}

static size_t offset(const struct walk *w, const char *at)
{
	return at - w->e->text;
}

/* The next in a block. 1: here it is; 0: the closing brace; -errno. */
static int next_item(struct walk *w, struct item *item)
{
	struct lex *p = &w->lex;
	int ret = lex_next(p, false);

	if (ret)
		return ret;
	if (p->is_end)
		return lex_fail(p, "expected }");
	if (lex_is(p, "}"))
		return 0;
	item->start = offset(w, p->start);
	strcpy(item->key, p->token);
	ret = lex_next(p, true);
	if (ret)
		return ret;
	if (p->is_end || lex_is(p, "}"))
		return lex_fail(p, "expected a value");
	item->value_start = offset(w, p->start);
	item->is_block = lex_is(p, "{");
	strcpy(item->value, p->token);
	if (item->is_block)
		ret = lex_skip(p);
	item->end = offset(w, p->at);
	return ret ? ret : 1;
}

/*
 * The next setting of any sflow block; *close becomes where the closing brace
 * of the last one is. 1, 0 at the end, -errno. is_inside is the caller's.
 */
static int next_setting(struct walk *w, bool *is_inside, struct item *item,
			size_t *close)
{
	struct lex *p = &w->lex;
	int ret;

	for (;;) {
		if (!*is_inside) {
			ret = lex_next(p, false);
			if (ret)
				return ret;
			if (p->is_end)
				return *close ? 0 :
				       lex_fail(p, "expected sflow {");
			if (!lex_is(p, "sflow"))
				return lex_fail(p, "expected sflow {");
			ret = lex_open(p);
			if (ret)
				return ret;
			*is_inside = true;
		}
		ret = next_item(w, item);
		if (ret)
			return ret;
		*close = offset(w, p->start);
		*is_inside = false;
	}
}

/* Replace what is between by text. */
static int splice(struct conf_edit *e, size_t from, size_t to,
		  const char *text)
{
	size_t len = strlen(text), rest = e->len - to;
	char *changed = malloc(from + len + rest + 1);

	if (!changed)
		return -ENOMEM;
	memcpy(changed, e->text, from);
	memcpy(changed + from, text, len);
	memcpy(changed + from + len, e->text + to, rest);
	changed[from + len + rest] = '\0';
	free(e->text);
	e->text = changed;
	e->len = from + len + rest;
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == ';' || c == '\r';
}

/* With its line, if nothing else is on it. */
static int cut(struct conf_edit *e, size_t from, size_t to)
{
	size_t line = from, rest = to;

	while (line && is_blank(e->text[line - 1]))
		line--;
	while (rest < e->len && is_blank(e->text[rest]))
		rest++;
	if ((!line || e->text[line - 1] == '\n') &&
	    (rest == e->len || e->text[rest] == '\n'))
		return splice(e, line, rest < e->len ? rest + 1 : rest, "");
	return splice(e, from, rest, "");
}

/* A line of its own before the closing brace. */
static int insert_line(struct conf_edit *e, size_t close, const char *text)
{
	size_t line = close;
	char *with = NULL;
	int ret;

	while (line && is_blank(e->text[line - 1]))
		line--;
	if (line && e->text[line - 1] != '\n') {
		line = close;
		ret = asprintf(&with, "\n  %s\n", text);
	} else {
		ret = asprintf(&with, "  %s\n", text);
	}
	if (ret < 0)
		return -ENOMEM;
	ret = splice(e, line, line, with);
	free(with);
	return ret;
}

int conf_edit_open(struct conf_edit *e, const char *text, size_t len)
{
	memset(e, 0, sizeof(*e));
	if (!len) {
		text = TEXT_EMPTY;
		len = strlen(text);
	}
	e->text = malloc(len + 1);
	if (!e->text)
		return -ENOMEM;
	memcpy(e->text, text, len);
	e->text[len] = '\0';
	e->len = len;
	return 0;
}

void conf_edit_close(struct conf_edit *e)
{
	free(e->text);
	e->text = NULL;
}

/* The last setting of this name that is no block. 1, 0 or -errno. */
static int find_setting(struct conf_edit *e, const char *key,
			struct item *found, size_t *close)
{
	bool is_inside = false;
	struct item item;
	struct walk w;
	int ret, is_found = 0;

	*close = 0;
	walk_start(&w, e, 0);
	while ((ret = next_setting(&w, &is_inside, &item, close)) > 0) {
		if (item.is_block || strcasecmp(item.key, key))
			continue;
		*found = item;
		is_found = 1;
	}
	return ret ? walk_failed(&w, ret) : is_found;
}

int conf_edit_set(struct conf_edit *e, const char *key, const char *value)
{
	char line[2 * TOKEN_MAX];
	bool is_gone = false;
	struct item item;
	size_t close;
	int ret;

	if (value) {
		ret = find_setting(e, key, &item, &close);
		if (ret < 0)
			return ret;
		if (ret)
			return splice(e, item.value_start, item.end, value);
		snprintf(line, sizeof(line), "%s = %s", key, value);
		return insert_line(e, close, line);
	}
	while ((ret = find_setting(e, key, &item, &close)) > 0) {
		is_gone = true;
		ret = cut(e, item.start, item.end);
		if (ret)
			return ret;
	}
	return ret ? ret : is_gone ? 0 : -ENOENT;
}

/* A setting within a block. 1, 0 with *close of its brace, or -errno. */
static int find_within(struct conf_edit *e, const struct item *block,
		       const char *key, struct item *found, size_t *close)
{
	struct item item;
	struct walk w;
	int ret, is_found = 0;

	walk_start(&w, e, block->value_start);
	ret = lex_open(&w.lex);
	if (ret)
		return walk_failed(&w, ret);
	while ((ret = next_item(&w, &item)) > 0) {
		if (item.is_block || strcasecmp(item.key, key))
			continue;
		*found = item;
		is_found = 1;
	}
	*close = offset(&w, w.lex.start);
	return ret ? walk_failed(&w, ret) : is_found;
}

/* The last block that is meant. */
static int find_block(struct conf_edit *e, const struct conf_block *block,
		      struct item *found, size_t *close)
{
	bool is_inside = false;
	struct item item, inner;
	struct walk w;
	size_t brace;
	int ret, is_found = 0;

	*close = 0;
	walk_start(&w, e, 0);
	while ((ret = next_setting(&w, &is_inside, &item, close)) > 0) {
		if (!item.is_block || strcasecmp(item.key, block->name))
			continue;
		if (block->key) {
			ret = find_within(e, &item, block->key, &inner,
					  &brace);
			if (ret < 0)
				return ret;
			if (!ret || strcmp(inner.value, block->value))
				continue;
		}
		*found = item;
		is_found = 1;
	}
	return ret ? walk_failed(&w, ret) : is_found;
}

bool conf_edit_find(struct conf_edit *e, const struct conf_block *block,
		    const char *key, char *value, size_t size)
{
	struct item item, inner;
	size_t close;

	value[0] = '\0';
	if (find_block(e, block, &item, &close) <= 0)
		return false;
	if (find_within(e, &item, key, &inner, &close) > 0)
		snprintf(value, size, "%s", inner.value);
	return true;
}

int conf_edit_block_set(struct conf_edit *e, const struct conf_block *block,
			const char *key, const char *value)
{
	char line[4 * TOKEN_MAX];
	struct item item, inner;
	size_t close;
	int ret;

	ret = find_block(e, block, &item, &close);
	if (ret < 0)
		return ret;
	if (!ret && !value)
		return -ENOENT;
	if (!ret) {
		snprintf(line, sizeof(line), "%s { %s%s%s%s%s=%s }",
			 block->name, block->key ? block->key : "",
			 block->key ? "=" : "", block->key ? block->value : "",
			 block->key ? " " : "", key, value);
		return insert_line(e, close, line);
	}
	ret = find_within(e, &item, key, &inner, &close);
	if (ret < 0)
		return ret;
	if (!value)
		return ret ? cut(e, inner.start, inner.end) : -ENOENT;
	if (ret)
		return splice(e, inner.value_start, inner.end, value);
	snprintf(line, sizeof(line), "%s%s=%s ",
		 is_blank(e->text[close - 1]) || e->text[close - 1] == '\n' ?
		 "" : " ", key, value);
	return splice(e, close, close, line);
}

int conf_edit_block_add(struct conf_edit *e, const char *block)
{
	struct item item;
	size_t close;
	int ret;

	ret = find_setting(e, "", &item, &close);
	return ret < 0 ? ret : insert_line(e, close, block);
}

int conf_edit_block_del(struct conf_edit *e, const struct conf_block *block)
{
	bool is_gone = false;
	struct item item;
	size_t close;
	int ret;

	while ((ret = find_block(e, block, &item, &close)) > 0) {
		is_gone = true;
		ret = cut(e, item.start, item.end);
		if (ret)
			return ret;
	}
	return ret ? ret : is_gone ? 0 : -ENOENT;
}
