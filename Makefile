# Linux Namespaces, Hands On: what a reader and a writer can do here.
# One verb is one target of a few lines; the work stands in the programs it calls.

KERNEL  = 6.12
KERNELS = $(KERNEL)
PORT    = 8000
PYTHON  = /usr/bin/python3 -B
SPHINX  = tests/setup/room build $(PYTHON) -m sphinx -q -n -W --keep-going \
          -d build/doctrees
BOOK    = linux-namespaces-hands-on

help: ## list these verbs
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/\1	\2/p' Makefile | expand -t 13

# Reading

# The book is served at once; what only the page's machine needs is installed beside it.
read: ## render the book and serve it on 127.0.0.1:8000 (PORT=8001 elsewhere)
	@mkdir -p build
	@tests/setup/install samples read --later live >build/declined
	@$(MAKE) --no-print-directory html
	@exec tests/live/read --port $(PORT) \
	    $$(sed s/declined/--without-machine/ build/declined)

html: samples ## render the book into build/html
	@tests/setup/install read
	@echo "html: rendering the book into build/html"
	@$(SPHINX) . build/html

epub: ## make the book for reading devices: build/epub
	@tests/setup/install read
	@echo "epub: rendering the book into build/epub"
	@$(SPHINX) -b epub . build/epub
	@$(MAKE) --no-print-directory html

pdf: node_modules ## make the book for paper: build/pdf
	@tests/setup/install read pdf
	@echo "pdf: printing the book into build/pdf"
	@$(SPHINX) -b singlehtml . build/single
	@node docs/pdf.mjs build/single/index.html build/pdf/$(BOOK).pdf
	@$(MAKE) --no-print-directory html

dist: guest ## what a reader without Debian downloads: build/dist
	@$(MAKE) --no-print-directory epub pdf live
	@tests/dist/make --kernel $(KERNEL)

samples: ## compile every sample into build/samples
	@tests/setup/install samples
	@$(MAKE) --no-print-directory -C code-samples

# Trying things

lab: guest ## open a root shell in a throw-away machine (KERNEL=6.12 BEFORE=uts/pin)
	@tests/lab/lab --kernel $(KERNEL) $(addprefix --before ,$(BEFORE))

lab-shell: ## open another terminal of that machine (WHO=reader: not as root)
	@tests/lab/lab-shell --user $(WHO)

# AS, which make gives a value itself, is what older copies of the book type.
WHO = $(if $(filter command,$(origin AS)),$(AS),root)

guest: samples
	@tests/setup/install lab
	@tests/lab/fetch $(KERNEL)

live: samples node_modules ## build the machine that runs in the page, into build/html/live
	@tests/setup/install live
	@tests/live/assemble

# Exercises: E=NAME says which; WHERE=here judges on this kernel, not in the lab

WHERE    = lab
EXERCISE = @tests/exercises/exercise
JUDGED   = $(if $(filter here,$(WHERE)),samples,guest)
JUDGE    = --where $(WHERE) --kernel $(KERNEL) $(E)

exercises: ## list the exercises, with how far you are
	$(EXERCISE) list

start: ## begin one: copy its starter to work/, print the task (E=uts-name)
	$(EXERCISE) start $(E)

try: $(JUDGED) ## have your work judged, in the lab (E=uts-name)
	$(EXERCISE) try $(JUDGE)

watch: $(JUDGED) ## the same at every save, until ^C (E=uts-name)
	$(EXERCISE) watch $(JUDGE) || [ $$? = 130 ]

hint: ## help with the fact that failed last, a little more each time
	$(EXERCISE) hint $(E)

solution: ## show our solution, once you have one
	$(EXERCISE) solution $(E)

reset: ## begin again from the starter, after asking (YES=1: without)
	$(EXERCISE) reset $(E) $(if $(YES),--yes)

next: ## name the next exercise
	$(EXERCISE) next

# Writing

check: ## run checks and tests of what changed (KERNELS=all: on four, FRESH=1: of all)
	@tests/setup/install samples read live lab pdf check
	@$(MAKE) --no-print-directory html live
	@$(MAKE) --no-print-directory guest KERNEL=$(KERNELS)
	@tests/check --kernel $(KERNELS) $(if $(FRESH),--fresh)

# What is made before a part of the check runs: all of it before all parts.
NEEDS          = html live guest
NEEDS.lint     = samples
NEEDS.book     = html live guest
NEEDS.browser  = html live
NEEDS.live     = html live
NEEDED         = $(if $(PART),$(or $(NEEDS.$(PART)),guest),$(NEEDS))

test: $(NEEDED) ## run a part of it, or one thing (PART=samples ONLY=mnt/cover_folder KERNEL=all)
	@tests/setup/install samples read live lab pdf check
	@tests/check --fresh --kernel $(KERNEL) \
	    $(if $(PART),--part "$$PART") $(if $(ONLY),--only "$$ONLY")

# What docs/kernels.json has rows of, and the kernels: all, unless one is asked for.
RECORDED = $(or $(PART),samples facts transcripts exercises)
MATRIX   = $(if $(filter command,$(origin KERNEL)),$(KERNEL),all)

matrix: ## run what docs/kernels.json tells of, and record it (PART=samples ONLY=mnt)
	@$(MAKE) --no-print-directory guest KERNEL=$(MATRIX)
	@for part in $(RECORDED); do tests/$$part/run --kernel $(MATRIX) \
	    --results docs/kernels.json $(addprefix --only ,$(ONLY)) || exit; done

# KERNEL has a value for other verbs; here only what was typed counts.
SWEPT = $(if $(filter command,$(origin KERNEL)),--kernel $(KERNEL))

sweep: guest ## go over every kernel that Debian serves (ONLY=probes: minutes, not hours)
	@tests/setup/install lab
	@tests/sweep/run $(SWEPT) $(addprefix --only ,$(ONLY))

lint: ## format, warnings, mistakes and spelling; seconds, no guest
	@tests/setup/install read check
	@tests/lint/run

browser: html live ## read the book in a browser; see build/screenshots
	@tests/setup/install pdf check
	@tests/browser/run

sphinxes: ## render with the Sphinx of Debian 12, 13 and testing (minutes)
	@tests/setup/install lab
	@tests/sphinxes

elsewhere: ## try "make read" and "make check" in a clean Debian 12 and 13 (RELEASE=13)
	@tests/setup/install lab
	@tests/elsewhere $(RELEASE)

node_modules: package.json package-lock.json
	@tests/setup/install live
	@tests/setup/node-modules

replay: guest ## run the transcripts and compare them (PAGE=introduction or one)
	@tests/transcripts/run --kernel $(KERNEL) $(addprefix --only ,$(PAGE))

record: guest ## rewrite what differs in transcripts (PAGE=introduction or one)
	@tests/transcripts/run --record --kernel $(KERNEL) $(addprefix --only ,$(PAGE))

verify: guest ## grade the graders (E=uts-name: of one exercise)
	@tests/exercises/run --kernel $(KERNEL) $(addprefix --only ,$(E))

audit: ## run the check sealed off: read-only, without a network; nothing is left
	@tests/setup/install samples read live lab pdf check
	@$(MAKE) --no-print-directory guest html live
	@tests/audit

faults: guest ## let every call of the samples fail, and call them wrongly (S=unshare)
	@tests/setup/install check
	@tests/faults/run --kernel $(KERNEL) $(addprefix --only ,$(S))
	@tests/sanitizers/run $(addprefix --only ,$(S))

bench: guest ## measure the lab: to the prompt, and from a save to a verdict
	@tests/lab/fetch all
	@tests/bench/prompt
	@tests/bench/exercises

mutants: guest ## show that every test can fail, on wrong samples (PAGE=mnt or one)
	@tests/mutants/run --kernel $(KERNEL) $(addprefix --only ,$(PAGE))

clean: ## remove what was built here; never work/
	rm -rf build

distclean: clean ## remove also what was downloaded, from your cache folder
	rm -rf node_modules
	tests/lab/fetch --forget

.PHONY: help read html epub pdf dist samples live lab lab-shell guest check test matrix lint browser sweep
.PHONY: sphinxes elsewhere replay record audit faults bench mutants clean distclean
.PHONY: exercises start try watch hint solution reset next verify
