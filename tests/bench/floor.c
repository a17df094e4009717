/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * floor item REPOSITORY STATE ITEM
 *
 * The limit for one item from dispatch to merged with --review none and no
 * gate: the git commands, processes, files and syncs that orchestrator and
 * worker need for it, and nothing else: no checks, no records worth reading, no
 * recovery.  What each sync is for is said in orchestrator-session(5) and in the order there;
 * tests/bench/run compares the number of commands and syncs with ours.
 *
 * With FLOOR_WORKTREE in the environment the worktree is made by git worktree add and
 * removed by git worktree remove, as one item after the other would do by hand.
 *
 * floor worker|discard REPOSITORY STATE ITEM and floor agent are its processes.
 *
 * floor prepare REPOSITORY STATE WORKER makes STATE, with WORKER as the binary.
 * floor fsync DIR prints what one durable replacement of 512 octets takes there.
 */
#include <ftw.h>
#include <stdbool.h>

#include "floor.h"

#define STATE_SIZE	1600	/* octets of a state.json */

struct item {
	char	*self, *repo, *state, *id;
	char	*objects, *worktree, *trash, *meta, *ref, *dir, *safe, *index;
	char	 base[128], commit[128];
};

extern char **environ;

static bool
by_hand(void)
{
	return getenv("FLOOR_WORKTREE") != NULL;
}

#define END ((char *)NULL)

static void
move_ref(const struct item *it, const char *ref, const char *to, const char *from)
{
	struct place p = { .gitdir = strf("%s/.git", it->repo) };
	char *dir = strf("%s/.git/%s", it->repo, ref);

	git(&p, NULL, 0, NULL, "-c", "core.hooksPath=/dev/null", "-c", "core.fsync=all",
	    "update-ref", "-m", "floor", "--no-deref", ref, to, from, END);
	*strrchr(dir, '/') = '\0';
	bench_sync(dir);
}

static void
make_safe(const char *dir)
{
	make(dir);
	make(strf("%s/objects", dir));
	make(strf("%s/refs", dir));
	make(strf("%s/info", dir));
	put(dir, "HEAD", "ref: refs/heads/none\n");
	put(dir, "config", "[core]\n\trepositoryformatversion = 0\n\tbare = true\n"
	    "\tfsync = none\n\thooksPath = /dev/null\n[gc]\n\tauto = 0\n");
}

static void
read_repository(const struct item *it)
{
	struct place p = { .gitdir = strf("%s/.git", it->repo) };

	git(&p, NULL, 0, NULL, "config", "-z", "--get-regexp",
	    "^(user\\.(name|email)|core\\..*|extensions\\..*)$", END);
}

static void
head_of(struct item *it, char *oid, size_t len)
{
	struct place p = { .cwd = it->repo };
	size_t n;
	char *out = git(&p, NULL, 0, &n, "rev-parse", "--path-format=absolute",
	    "--git-common-dir", "HEAD", END);

	snprintf(oid, len, "%.*s", (int)(n - strlen(out) - 2), out + strlen(out) + 1);
}

static void
make_worktree(const struct item *it)
{
	make(it->worktree);
	make(it->meta);
	put(it->worktree, ".git", strf("gitdir: %s\n", it->meta));
	put(it->meta, "gitdir", strf("%s/.git\n", it->worktree));
	put(it->meta, "commondir", "../..\n");
	put(it->meta, "HEAD", strf("ref: %s\n", it->ref));
	sync_fs(it->objects);
	move_ref(it, it->ref, it->base, "0000000000000000000000000000000000000000");
}

static void
add_worktree(const struct item *it)
{
	struct place p = { .cwd = it->repo };

	git(&p, NULL, 0, NULL, "worktree", "add", "-q", "--no-track", "-b",
	    it->ref + strlen("refs/heads/"), it->worktree, it->base, END);
}

static void
dispatch(struct item *it)
{
	struct place own = { .gitdir = strf("%s/safe.git", it->state), .objects = it->objects };
	char *claims = strf("%s/claims", it->state), *all = strf("%s/sessions", it->state);
	char *made = strf("%s/.new-%s", all, it->id), *bin, *tmp, *blob, text[2300];

	head_of(it, it->base, sizeof(it->base));
	read_repository(it);
	tmp = strf("%s/.tmp-%s", claims, it->id);
	close(bench_write(tmp, it->id, strlen(it->id), 1));
	move(tmp, strf("%s/%s", claims, it->id));
	bench_sync(claims);
	blob = strf("%s:.orchestrator/config.json\n", it->base);
	git(&own, blob, strlen(blob), NULL, "cat-file", "--batch", END);
	if (by_hand())
		add_worktree(it);
	else
		make_worktree(it);
	make(made);
	memset(text, 'x', sizeof(text));
	close(bench_write(strf("%s/item.json", made), text, 264, 1));
	close(bench_write(strf("%s/config.json", made), text, 1289, 1));
	close(bench_write(strf("%s/prompt.md", made), text, sizeof(text), 1));
	make(strf("%s/answers", made));
	make(bin = strf("%s/bin", made));
	if (link(strf("%s/worker", it->state), strf("%s/worker", bin)) == -1)
		err(1, "%s/worker", bin);
	bench_sync(made);
	move(made, it->dir);
	bench_sync(all);
}

static void
run_agent(const struct item *it)
{
	char *argv[] = { it->self, (char *)(uintptr_t)"agent", NULL }, buf[512];
	int out[2];
	pid_t pid;

	setenv("ITEM_ID", it->id, 1);
	if (pipe2(out, O_CLOEXEC) == -1)
		err(1, "pipe");
	pid = bench_spawn(argv, environ, it->worktree, -1, out[1]);
	close(out[1]);
	while (read(out[0], buf, sizeof(buf)) > 0)
		;
	close(out[0]);
	bench_reap(pid, "agent");
}

static void
worker(struct item *it)
{
	struct place p = { .gitdir = it->safe, .objects = it->objects, .worktree = it->worktree,
		.index = it->index };
	char *list, *tree, *own = strf("%s/git", it->dir);
	size_t n;

	put(it->dir, "worker.lock", "floor\n");
	replace(it->dir, "state.json", STATE_SIZE);
	make_safe(it->safe);
	replace(it->safe, "link", 40);
	read_repository(it);
	if (!by_hand())
		git(&p, NULL, 0, NULL, "read-tree", "--reset", "-u", it->base, END);
	make_safe(own);
	copy(it->index, strf("%s/index", own));
	replace(it->dir, "state.json", STATE_SIZE);
	run_agent(it);
	list = git(&p, NULL, 0, &n, "ls-files", "-z", "-m", "-d", "-o", "--exclude-standard",
	    "--deduplicate", END);
	git(&p, list, n, NULL, "update-index", "-z", "--add", "--remove", "--replace", "--stdin", END);
	tree = git(&p, NULL, 0, NULL, "write-tree", END);
	git(&p, NULL, 0, NULL, "rev-parse", "--verify", strf("%s^{tree}", it->base), END);
	strlcpy(it->commit, git(&p, it->id, strlen(it->id), NULL, "commit-tree", tree, "-p", it->base,
	    END), sizeof(it->commit));
	sync_fs(it->objects);
	move_ref(it, it->ref, it->commit, it->base);
	replace(it->dir, "state.json", STATE_SIZE);
	git(&p, NULL, 0, NULL, "log", "--no-color", strf("%s..%s", it->base, it->commit), "--", END);
	replace(it->dir, "summary.md", 200);
	replace(it->dir, "state.json", STATE_SIZE);
	replace(it->dir, "review.json", 400);
	replace(it->dir, "state.json", STATE_SIZE);
	puts(it->commit);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static void
discard(const struct item *it)
{
	struct place p = { .gitdir = it->safe, .objects = it->objects, .worktree = it->trash,
		.index = strf("%s/salvage.index", it->safe) };

	copy(it->index, p.index);
	git(&p, NULL, 0, NULL, "ls-files", "-z", "-m", "-d", "-o", "--exclude-standard", END);
	git(&p, NULL, 0, NULL, "write-tree", END);
	git(&p, NULL, 0, NULL, "rev-parse", "--verify", strf("%s^{tree}", it->base), END);
	nftw(it->trash, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* From locking the target until its move and the update of its checkout. */
static void
merge(struct item *it, const char *target)
{
	struct place own = { .gitdir = strf("%s/safe.git", it->state), .objects = it->objects };
	struct place tree = own;
	char *gitdir = strf("%s/.git", it->repo), *merged, *commit, old[128];

	head_of(it, old, sizeof(old));
	read_repository(it);
	merged = git(&own, NULL, 0, NULL, "merge-tree", "--write-tree", "-z", "--messages", old,
	    it->commit, END);
	git(&own, NULL, 0, NULL, "diff-tree", "-r", "-z", "--raw", "--no-renames", old, merged, "--",
	    END);
	commit = git(&own, it->id, strlen(it->id), NULL, "commit-tree", merged, "-p", old, "-p",
	    it->commit, END);
	replace(it->dir, "state.json", STATE_SIZE);
	put(gitdir, "index.lock", it->id);
	sync_fs(it->objects);
	move_ref(it, target, commit, old);
	tree.worktree = it->repo;
	tree.index = strf("%s/index.%s", gitdir, it->id);
	copy(strf("%s/index", gitdir), tree.index);
	git(&tree, NULL, 0, NULL, "read-tree", "-m", "-u", old, commit, END);
	sync_fs(it->repo);
	move(tree.index, strf("%s/index", gitdir));
	unlink(strf("%s/index.lock", gitdir));
	replace(it->dir, "state.json", STATE_SIZE);
}

static void
clean_up(struct item *it)
{
	struct place p = { .gitdir = strf("%s/.git", it->repo) }, tree = { .cwd = it->repo };
	char *archived = strf("%s/archive/%s", it->state, it->id);

	if (by_hand())
		git(&tree, NULL, 0, NULL, "worktree", "remove", it->worktree, END);
	else {
		move(it->worktree, it->trash);
		bench_sync(strf("%s/.worktrees", it->repo));
		nftw(it->meta, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	}
	git(&p, NULL, 0, NULL, "-c", "core.hooksPath=/dev/null", "-c", "core.fsync=all", "update-ref",
	    "-m", "floor", "--no-deref", "-d", it->ref, it->commit, END);
	bench_sync(strf("%s/.git/refs/heads", it->repo));
	move(it->dir, archived);
	bench_sync(strf("%s/archive", it->state));
	bench_sync(strf("%s/sessions", it->state));
	unlink(strf("%s/claims/%s", it->state, it->id));
	bench_sync(strf("%s/claims", it->state));
}

/* Runs another part of the item as this program; its output is a commit. */
static pid_t
part(struct item *it, const char *name, int out)
{
	char *argv[] = { it->self, (char *)(uintptr_t)name, it->repo, it->state, it->id, it->base,
		NULL };

	return bench_spawn(argv, environ, NULL, -1, out);
}

static void
whole_item(struct item *it)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd, out[2];
	ssize_t n;
	pid_t pid;

	dispatch(it);
	if (pipe2(out, O_CLOEXEC) == -1)
		err(1, "pipe");
	pid = part(it, "worker", out[1]);
	close(out[1]);
	n = read(out[0], it->commit, sizeof(it->commit) - 1);
	it->commit[n > 0 ? n - 1 : 0] = '\0';
	bench_reap(pid, "floor worker");
	fd = open(strf("%s/merge.lock", it->state), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd == -1 || fcntl(fd, F_SETLKW, &lock) == -1)
		err(1, "merge.lock");
	merge(it, "refs/heads/main");
	clean_up(it);
	if (!by_hand())
		part(it, "discard", STDERR_FILENO);
}

static void
prepare(const char *repo, const char *state, const char *binary)
{
	const char *dirs[] = { "", "claims", "sessions", "archive" };
	size_t i;

	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		make(strf("%s/%s", state, dirs[i]));
	make_safe(strf("%s/safe.git", state));
	copy(binary, strf("%s/worker", state));
	make(strf("%s/.worktrees", repo));
	make(strf("%s/.git/worktrees", repo));
	put(strf("%s/.git/info", repo), "exclude", "/.worktrees/\n");
}

static int
by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void
print_sync_cost(const char *dir)
{
	int64_t took[101], start;
	int i;

	for (i = 0; i < 101; i++) {
		start = bench_now();
		replace(dir, "fsync", 512);
		took[i] = bench_now() - start;
	}
	unlink(strf("%s/fsync", dir));
	qsort(took, 101, sizeof(took[0]), by_time);
	printf("%lld\n", (long long)took[50] / 1000);
}

static void
set_paths(struct item *it, char **argv, const char *base)
{
	it->repo = argv[2];
	it->state = argv[3];
	it->id = argv[4];
	it->objects = strf("%s/.git/objects", it->repo);
	it->worktree = strf("%s/.worktrees/%s", it->repo, it->id);
	it->trash = strf("%s/.worktrees/.trash-%s", it->repo, it->id);
	it->meta = strf("%s/.git/worktrees/%s", it->repo, it->id);
	it->ref = strf("refs/heads/session/%s/1", it->id);
	it->dir = strf("%s/%s/%s", it->state,
	    strcmp(argv[1], "discard") == 0 ? "archive" : "sessions", it->id);
	it->safe = strf("%s/safe.git", it->dir);
	it->index = strf("%s/index", by_hand() ? it->meta : it->safe);
	strlcpy(it->base, base, sizeof(it->base));
}

int
main(int argc, char **argv)
{
	struct item it = { .self = argv[0] };

	if (argc == 2 && strcmp(argv[1], "agent") == 0) {
		put(".", getenv("ITEM_ID"), "done\n");
		return 0;
	}
	if (argc == 3 && strcmp(argv[1], "fsync") == 0) {
		print_sync_cost(argv[2]);
		return 0;
	}
	if (argc < 5)
		errx(2, "usage: floor item REPOSITORY STATE ITEM | floor agent");
	if (strcmp(argv[1], "prepare") == 0) {
		prepare(argv[2], argv[3], argv[4]);
		return 0;
	}
	set_paths(&it, argv, argc > 5 ? argv[5] : "");
	if (strcmp(argv[1], "worker") == 0)
		worker(&it);
	else if (strcmp(argv[1], "discard") == 0)
		discard(&it);
	else
		whole_item(&it);
	return 0;
}
