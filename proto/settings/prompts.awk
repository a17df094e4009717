# Turns share/prompts/*.md into prompts.c: { "name", "text" } for each file.
BEGIN {
	print "#include \"proto/settings/prompts.h\"\n"
	print "const struct prompt prompts[] = {"
}
FNR == 1 {
	if (n++) print "\t},"
	name = FILENAME
	sub(/.*\//, "", name)
	sub(/\.md$/, "", name)
	printf "\t{ \"%s\",\n", name
}
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	printf "\t  \"%s\\n\"\n", $0
}
END {
	if (n) print "\t},"
	print "};"
	printf "const size_t nprompts = %d;\n", n
}
