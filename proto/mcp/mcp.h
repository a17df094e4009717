/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROTO_MCP_H
#define PROTO_MCP_H

/*
 * A server of the Model Context Protocol whose tools are commands of this program: a call of a tool runs the
 * command as a child, with the same checks, and its result is what the command printed.
 *
 *	static const struct mcp_tool tools[] = {
 *		{ "answer", "Answer a question.", "--json answer", { { "session", MCP_STRING, "its id", .needed = true },
 *		    { "answer", MCP_TEXT, "the text", .needed = true } } },
 *	};
 *	return mcp_serve(&(struct mcp_server){ .name = "orchestrator", .tools = tools, .n = 1 });
 *
 * It serves the versions 2024-11-05 to 2025-11-25 of the protocol, with initialize, and 2026-07-28, with
 * server/discover and the version in each request.  A message is a line; an invalid one is answered with an error.
 */

#include <stdbool.h>
#include <stddef.h>

struct json;
struct strings;
struct text;

#define MCP_LINE_MAX	(1u << 20)	/* bytes of a message; a longer one is refused */
#define MCP_ARGUMENTS	8

enum mcp_type {
	MCP_STRING,
	MCP_TEXT,		/* a string that the command reads from standard input: its argument is "-" */
	MCP_NUMBER,		/* an integer that is not negative */
	MCP_LIST,		/* strings: the option is repeated */
	MCP_FLAG,		/* true adds the option */
};

struct mcp_argument {
	const char	*name;
	enum mcp_type	 type;
	const char	*help;
	bool		 needed;
	const char	*option;	/* precedes the value in the same word ("--title=", "-o"); NULL = an operand */
	const char	*const *words;	/* the values of a string, ended by NULL; NULL = any */
	const char	*otherwise;	/* the default value of the option; NULL = no option */
	bool		 joined;	/* follows a slash in the operand before it, which is needed */
};

struct mcp_tool {
	const char	*name, *help;
	const char	*command;	/* its words, such as "--json status" */
	struct mcp_argument arguments[MCP_ARGUMENTS];	/* operands in their order; ended by one without a name */
	int		 fine;		/* a second exit status that means success; 0 = none */
	bool		(*offered)(void);	/* NULL = always */
};

struct mcp_server {
	const char	*name;
	const struct mcp_tool *tools;
	size_t		 n;
	/* Runs a tool and appends its output; false = it failed. */
	bool		(*call)(const struct mcp_server *, const struct mcp_tool *, const struct strings *argv,
			    const char *input, struct text *said);
	bool		always;		/* asks the client to show its tools to the model without a search */
	const struct strings *before;	/* arguments before the command, such as -C DIR; NULL = none */
};

/* Handles one line; a reply is appended to out. */
void mcp_line(const struct mcp_server *, const char *line, size_t len, struct text *out);
/* The function call of a server whose tools are commands: runs this program again. */
bool mcp_command(const struct mcp_server *, const struct mcp_tool *, const struct strings *argv, const char *input,
    struct text *said);
/* Serves standard input until its end.  Returns an exit status. */
int mcp_serve(const struct mcp_server *);

/* tool.c: the JSON schema of a tool's arguments. */
struct json *mcp_schema(const struct mcp_tool *);
/* The command line of a call; -1 with the reason when an argument is wrong.  *input is the text for standard input, or
 * NULL, borrowed from the arguments. */
int mcp_arguments(const struct mcp_tool *, const struct json *arguments, struct strings *argv, const char **input,
    char *why, size_t len);

#endif
