# Turns share/page/* into page.c: { "name", lines } for each file.
BEGIN {
	print "#include <stddef.h>\n\n#include \"orchestrator/serve/page.h\"\n"
}
FNR == 1 {
	if (n) print "\tNULL\n};"
	name[++n] = FILENAME
	sub(/.*\//, "", name[n])
	printf "static const char *const lines_%d[] = {\n", n
}
{
	gsub(/\\/, "\\\\\\\\")
	gsub(/"/, "\\\"")
	gsub(/\?/, "\\?")	# no trigraphs
	printf "\t\"%s\\n\",\n", $0
}
END {
	if (n) print "\tNULL\n};"
	print "const struct page_file page_files[] = {"
	for (i = 1; i <= n; i++) printf "\t{ \"%s\", lines_%d },\n", name[i], i
	print "\t{ NULL, NULL }\n};"
}
