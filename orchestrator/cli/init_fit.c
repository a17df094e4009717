/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/init_fit.h"
#include "proto/base/array.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sys/file.h"

#define MAX_FILE	(1u << 20)

/* The first row of a file that exists counts. */
static const struct { const char *file, *setup; } installs[] = {
	{ "package-lock.json", "npm ci" },
	{ "pnpm-lock.yaml", "pnpm install --frozen-lockfile" },
	{ "yarn.lock", "yarn install --frozen-lockfile" },
	{ "package.json", "npm install" },
};
static const struct { const char *file, *gate; } languages[] = {
	{ "Cargo.toml", "cargo test" },
	{ "go.mod", "go vet ./..." },
	{ "go.mod", "go test ./..." },
	{ "pyproject.toml", "python3 -m pytest" },
	{ "CMakeLists.txt", "cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure" },
};
static const char *const makefiles[] = { "GNUmakefile", "makefile", "Makefile" };
static const char *const targets[] = { "check", "test", "lint" };

static char *
read_top(const char *top, const char *name, size_t *len)
{
	char *path = text_format("%s/%s", top, name), *buf = NULL;

	if (file_read(AT_FDCWD, path, MAX_FILE, &buf, len) == -1)
		buf = NULL;
	free(path);
	return buf;
}

static bool
has(const char *top, const char *name)
{
	char *path = text_format("%s/%s", top, name);
	bool there = access(path, R_OK) == 0;

	free(path);
	return there;
}

static bool
has_target(const char *makefile, const char *target)
{
	size_t n = strlen(target);

	for (const char *line = makefile; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, target, n) == 0 && line[n + strspn(line + n, " \t")] == ':' &&
		    line[n + strspn(line + n, " \t") + 1] != '=')
			return true;
	}
	return false;
}

static void
add_targets(const char *top, struct strings *gates)
{
	char *text = NULL, *gate;
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(makefiles); i++)
		if (text == NULL)
			text = read_top(top, makefiles[i], &len);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		/* check usually runs what test does */
		if (text != NULL && has_target(text, targets[i]) && (i != 1 || gates->n == 0)) {
			gate = text_format("make %s", targets[i]);
			strings_add(gates, gate);
			free(gate);
		}
	free(text);
}

static void
add_scripts(const char *top, struct strings *gates)
{
	const struct json *scripts;
	struct json *j;
	char *text, err[128];
	size_t len;

	if ((text = read_top(top, "package.json", &len)) == NULL)
		return;
	if ((j = json_parse(text, len, 0, err, sizeof(err))) != NULL) {
		scripts = json_get(j, "scripts");
		if (json_str(scripts, "test") != NULL && strstr(json_str(scripts, "test"), "no test specified") == NULL)
			strings_add(gates, "npm test");
		if (json_str(scripts, "lint") != NULL)
			strings_add(gates, "npm run lint");
		json_free(j);
	}
	free(text);
}

void
init_fit(const char *top, struct strings *setup, struct strings *gates)
{
	for (size_t i = 0; i < ARRAY_LEN(installs); i++)
		if (setup->n == 0 && has(top, installs[i].file))
			strings_add(setup, installs[i].setup);
	add_targets(top, gates);
	if (gates->n > 0)
		return;
	add_scripts(top, gates);
	for (size_t i = 0; i < ARRAY_LEN(languages); i++)
		if (has(top, languages[i].file))
			strings_add(gates, languages[i].gate);
}
