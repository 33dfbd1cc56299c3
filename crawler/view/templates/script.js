"use strict";
(() => {
  const records = [...document.querySelectorAll(".record")];
  const card = document.querySelector(".card");
  const chooser = document.querySelector(".chooser");
  const pages = document.getElementById("pages");
  const corrected = pages ? JSON.parse(pages.textContent) : null;
  const TEXT = new Set(["body", "subheading", "lead"]);
  const FIELDS = new Set(["title", "byline", "caption"]);
  const hiddenLabels = new Set();
  let record = records[0];
  let chosen = [];
  let anchor = null;
  let pinned = false;
  let unsaved = false;
  let pressing = false;

  const words = (label) => label.replaceAll("_", " ");
  const placeOf = (label) => TEXT.has(label) ? "kept in the text" : FIELDS.has(label) ? "kept in a field" : "removed";
  const labelOf = (block) => block.dataset.given || block.dataset.label;
  const blocksOf = (section) => [...section.querySelectorAll(".block")];
  const visible = (block) => block.getClientRects().length > 0;

  // Which record is shown

  function showRecord() {
    const name = location.hash.slice(1).split("-")[0];
    record = document.getElementById(name)?.closest(".record") || records[0];
    for (const section of records) section.hidden = section !== record;
    const at = records.indexOf(record);
    if (chooser) {
      chooser.value = record.id;
      const step = (by) => "#" + records[(at + by + records.length) % records.length].id;
      document.querySelector("[rel=prev]").href = step(-1);
      document.querySelector("[rel=next]").href = step(1);
    }
    const heading = record.querySelector("h2").textContent;
    document.title = `${heading} · Winnow ${corrected ? "correct" : "view"}`;
    choose([]);
    applyHidden();
    const target = location.hash.includes("-") && document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView(); else scrollTo(0, 0);
  }

  // Which labels are shown

  function applyHidden() {
    for (const run of record.querySelectorAll(".run")) {
      let shown = 0;
      for (const block of run.querySelectorAll(".block")) {
        block.hidden = hiddenLabels.has(labelOf(block));
        shown += block.hidden ? 0 : 1;
      }
      run.hidden = shown === 0;
    }
    for (const chip of record.querySelectorAll(".chips .chip")) {
      chip.setAttribute("aria-pressed", String(!hiddenLabels.has(chip.dataset.label)));
    }
    rove();
  }

  function showOnly(which) {
    hiddenLabels.clear();
    for (const chip of document.querySelectorAll(".chips .chip")) {
      const removed = placeOf(chip.dataset.label) === "removed";
      if ((which === "removed" && !removed) || (which === "kept" && removed)) hiddenLabels.add(chip.dataset.label);
    }
    choose([]);
    applyHidden();
  }

  function count() {
    const numbers = new Map();
    for (const block of blocksOf(record)) numbers.set(labelOf(block), (numbers.get(labelOf(block)) || 0) + 1);
    const chips = record.querySelector(".chips");
    for (const chip of chips.querySelectorAll(".chip")) {
      chip.querySelector("b").textContent = numbers.get(chip.dataset.label) || 0;
      numbers.delete(chip.dataset.label);
    }
    for (const [label, number] of numbers) {
      const chip = card.querySelector(`[data-give="${label}"]`).cloneNode(true);
      chip.removeAttribute("data-give");
      chip.removeAttribute("aria-pressed");
      chip.dataset.label = label;
      chip.querySelector("kbd").replaceWith(Object.assign(document.createElement("b"), { textContent: number }));
      chips.insertBefore(chip, chips.querySelector(".bulk"));
    }
  }

  // The chosen blocks and the card that explains them. Only one block is a stop of the Tab key; arrows lead on.

  function rove() {
    const blocks = blocksOf(record);
    const stop = (chosen[0] && visible(chosen[0]) && chosen[0]) || blocks.find(visible);
    for (const block of blocks) block.tabIndex = block === stop ? 0 : -1;
  }

  function choose(blocks) {
    for (const block of chosen) block.classList.remove("chosen");
    chosen = blocks;
    for (const block of chosen) block.classList.add("chosen");
    if (!chosen.length) {
      card.hidden = true;
      pinned = false;
      return;
    }
    explain(chosen[chosen.length - 1]);
  }

  function explain(block) {
    const label = labelOf(block);
    card.className = `card l-${label}`;
    card.querySelector(".tag").textContent = words(label);
    card.querySelector(".card-place").textContent = placeOf(label);
    const given = block.dataset.given;
    card.querySelector(".card-score").textContent = given ? "by hand" : `score ${block.dataset.score}`;
    card.querySelector(".card-reason").textContent =
      (given ? `Was ${words(block.dataset.label)}, score ${block.dataset.score}: ` : "") + block.dataset.reason;
    card.querySelector(".card-xpath").textContent = `block ${block.dataset.n} · ${block.dataset.xpath}`;
    if (corrected) {
      const many = card.querySelector(".card-many");
      many.hidden = chosen.length < 2;
      many.textContent = `${chosen.length} blocks chosen`;
      for (const chip of card.querySelectorAll("[data-give]")) {
        chip.setAttribute("aria-pressed", String(chosen.every((one) => labelOf(one) === chip.dataset.give)));
      }
    }
    card.hidden = false;
    place(block);
  }

  function place(block) {
    card.style.top = card.style.left = "";
    if (getComputedStyle(card).position === "fixed") return;
    const box = block.getBoundingClientRect();
    const height = card.offsetHeight;
    const below = box.bottom + 4;
    const above = box.top - height - 4;
    const room = innerHeight - height - 8;
    const top = below <= room ? below : above >= 60 ? above : room;
    card.style.top = `${Math.max(60, top) + scrollY}px`;
    card.style.left = `${Math.max(8, Math.min(box.left, innerWidth - card.offsetWidth - 16)) + scrollX}px`;
  }

  function range(from, to) {
    const blocks = blocksOf(record).filter(visible);
    const [first, last] = [blocks.indexOf(from), blocks.indexOf(to)].sort((a, b) => a - b);
    return first < 0 ? [to] : blocks.slice(first, last + 1);
  }

  function goTo(block, extend) {
    if (!extend || !anchor) anchor = block;
    const blocks = extend && corrected ? range(anchor, block) : [block];
    choose(blocks.at(-1) === block ? blocks : blocks.reverse());
    pinned = true;
    block.focus({ preventScroll: true });
    block.scrollIntoView({ block: "nearest" });
    rove();
    place(block);
  }

  // Corrections

  function give(label) {
    for (const block of chosen) {
      if (label === block.dataset.label || label === null) {
        delete block.dataset.given;
        delete block.dataset.shown;
      } else {
        block.dataset.given = label;
        block.dataset.shown = words(label);
      }
      const is = block.dataset.given !== undefined;
      block.className = `block chosen${is ? ` corrected l-${block.dataset.given}` : ""}`;
    }
    unsaved = true;
    count();
    tell();
    if (chosen.length) explain(chosen[chosen.length - 1]);
  }

  function tell() {
    const number = document.querySelectorAll(".block.corrected").length;
    const said = number === 1 ? "1 block corrected" : `${number} blocks corrected`;
    document.querySelector(".changes").textContent = number ? said : "no corrections";
    document.querySelector(".save").disabled = number === 0;
  }

  function lineOf(section) {
    const blocks = blocksOf(section);
    const changed = blocks.filter((block) => block.dataset.given).map((block) => Number(block.dataset.n));
    if (!changed.length) return null;
    const runs = [];
    for (const label of blocks.map(labelOf)) {
      if (runs.at(-1)?.[0] === label) runs.at(-1)[1] += 1; else runs.push([label, 1]);
    }
    return JSON.stringify({ ...corrected.heads[records.indexOf(section)], runs, corrected: changed });
  }

  function save() {
    const lines = records.map(lineOf).filter(Boolean);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines.map((line) => line + "\n"), { type: "application/jsonl" }));
    link.download = "winnow-labels.jsonl";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    unsaved = false;
    document.querySelector(".changes").textContent = `saved ${lines.length === 1 ? "1 page" : `${lines.length} pages`}`;
  }

  // Hands

  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest(selector);
    const block = at(".block");
    if (block) {
      const again = pinned && chosen.length === 1 && chosen[0] === block && !event.shiftKey && !corrected;
      if (again) choose([]); else goTo(block, event.shiftKey);
    } else if (at(".chips .chip")) {
      const label = at(".chip").dataset.label;
      if (!hiddenLabels.delete(label)) hiddenLabels.add(label);
      choose([]);
      applyHidden();
    } else if (at("[data-show]")) {
      showOnly(at("[data-show]").dataset.show);
    } else if (at("[data-give]")) {
      give(at("[data-give]").dataset.give);
    } else if (at("[data-do=restore]")) {
      give(null);
    } else if (at("[data-do=run]")) {
      if (chosen.length) choose([...chosen.at(-1).closest(".run").querySelectorAll(".block")].filter(visible));
    } else if (at(".close")) {
      const last = chosen.at(-1);
      choose([]);
      last?.focus({ preventScroll: true });
    } else if (at(".save")) {
      save();
    } else if (!at(".card")) {
      choose([]);
    }
  });

  document.addEventListener("mouseover", (event) => {
    const block = event.target.closest?.(".block");
    if (pinned) return;
    if (block) choose([block]);
    else if (!event.target.closest?.(".card")) choose([]);
  });

  // A press focuses the block before its click comes, and the click decides.
  addEventListener("pointerdown", () => { pressing = true; });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => { pressing = false; });

  document.addEventListener("focusin", (event) => {
    const block = event.target.closest?.(".block");
    if (block && !chosen.includes(block) && !pressing) {
      anchor = block;
      choose([block]);
      pinned = true;
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      choose([]);
      return;
    }
    const block = event.target.closest?.(".block");
    const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (block && step) {
      const blocks = blocksOf(record).filter(visible);
      const next = blocks[blocks.indexOf(block) + step];
      event.preventDefault();
      if (next) goTo(next, event.shiftKey);
    } else if (block && corrected && corrected.keys[event.key]) {
      event.preventDefault();
      if (!chosen.length) goTo(block, false);
      give(corrected.keys[event.key]);
    }
  });

  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  addEventListener("hashchange", showRecord);
  addEventListener("resize", () => { if (chosen.length) place(chosen.at(-1)); });
  chooser?.addEventListener("change", () => { location.hash = chooser.value; });
  showRecord();
})();
