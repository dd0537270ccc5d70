"use strict";
// Samples, videos and rejects: filters, pages, timelines. Text from the data set becomes text nodes and attributes, never HTML.

const { samples, videos, alone, rejects } = JSON.parse(document.getElementById("data").textContent);
const thumbs = JSON.parse(document.getElementById("thumbs").textContent);
const HUES = { shots: 215, speech: 150, captions: 275, needles: 0, pieces: 35, keyframes: 30, texts: 185, descriptions: 255,
  chapters: 325, camera: 100 };
const PAGE = 20, MANY = 60, LANES = 8;

/** An element with attributes (on… are listeners) and children, which may be texts; null ones are left out. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** Seconds as 1:02:03.4 */
function clock(seconds) {
  const tenths = Math.round(seconds * 10), whole = Math.floor(tenths / 10);
  const two = (number) => String(number).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return `${h ? `${h}:${two(m)}` : m}:${two(s)}${tenths % 10 ? `.${tenths % 10}` : ""}`;
}

const stretch = (start, end) => (start === end ? clock(start) : `${clock(start)} – ${clock(end)}`);
const said = (name, text, kind = "") => text ? el("div", { class: `said ${kind}`, dir: "auto" }, el("span", { class: "tag" }, name), text) : null;
const picture = (number, text) => el("img", { src: `data:image/webp;base64,${thumbs[number]}`, alt: text, loading: "lazy" });
const baseName = (uri) => uri.split("/").pop() || uri;

// Timelines

function hue(lane) {
  let sum = 7;
  for (const letter of lane) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return `hsl(${HUES[lane] ?? sum} 55% 55%)`;
}

/** One lane: a strip of spans, and hatched the *gone* ones. The arrow keys go from span to span, and *tell* is told which. */
function track(name, spans, gone, duration, sample, tell) {
  const part = (seconds) => `${Math.max(0, Math.min(100, (100 * seconds) / duration))}%`;
  const cited = (sample.evidence || []).filter((one) => one[2] === name);
  const isCited = ([start, end]) => cited.some((one) => Math.abs(one[0] - start) < 0.002 && Math.abs(one[1] - end) < 0.002);
  const lost = cited.filter((one) => !spans.some((span) => isCited(span) && span[0] === one[0]));
  const shown = [...spans, ...lost.map((one) => [one[0], one[1], one[3]]), ...gone].sort((a, b) => a[0] - b[0]);
  let at = -1;
  const marks = shown.map((span) => {
    const mark = el("i", { class: span[3] ? "lost" : isCited(span) ? "cited" : "" });
    mark.style.left = part(span[0]);
    mark.style.width = `calc(${part(span[1])} - ${part(span[0])})`;
    return mark;
  });
  const go = (to) => {
    if (to < 0 || to >= shown.length) return;
    marks[at]?.classList.remove("on");
    at = to;
    marks[at].classList.add("on");
    tell(name, shown[at], shown[at][3] ? "rejected" : isCited(shown[at]) ? "cited" : "");
  };
  const strip = el("div", {
    class: "track", tabindex: 0, role: "group", "aria-label": `Lane ${name}, ${shown.length} spans; left and right arrow keys`,
    onpointerover: (event) => go(marks.indexOf(event.target)),
    onkeydown: (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { event.preventDefault(); go(at < 0 ? 0 : at + step); }
    },
  }, marks);
  strip.style.setProperty("--hue", hue(name));
  return el("div", { class: `lane ${cited.length ? "cited" : ""}` }, el("span", { title: name }, name), strip);
}

/** Round times for an axis of so many seconds: six at most. */
function ticks(duration) {
  const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].find((one) => duration / one <= 5) || duration / 5;
  return Array.from({ length: Math.floor((0.97 * duration) / step) + 1 }, (_, n) => n * step);
}

function timeline(sample, video) {
  const ends = Object.values(video.lanes || {}).flat().map((span) => span[1]);
  const duration = video.duration || Math.max(0, ...ends, ...(sample.evidence || []).map((one) => one[1]), sample.end || 0);
  if (!duration) return null;
  const says = el("p", { class: "says note", "aria-live": "polite" });
  const tell = (lane, [start, end, text], kind) =>
    says.replaceChildren(el("b", {}, `${lane} ${stretch(start, end)}${kind ? ` (${kind})` : ""} `), el("bdi", {}, text || ""));
  const lanes = { ...(video.lanes || {}) };
  for (const name of [...(sample.evidence || []).map((one) => one[2]), ...Object.keys(video.lost || {})]) lanes[name] ??= [];
  const cited = new Set((sample.evidence || []).map((one) => one[2]));
  const first = ["needles", "parts", "pieces", "shots", "speech", "captions", "texts", "chapters", "keyframes"];
  const rank = (name) => (cited.has(name) ? -1 : first.includes(name) ? first.indexOf(name) : 50 + name.startsWith("true_"));
  const names = Object.keys(lanes).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const line = (name) => asked(track(name, lanes[name], video.lost?.[name] || [], duration, sample, tell));
  const bar = (name, start, end) => {
    const strip = el("u");
    strip.style.left = `${(100 * start) / duration}%`;
    strip.style.width = `${(100 * Math.max(0, end - start)) / duration}%`;
    return asked(el("div", { class: "lane" }, el("span", {}, name), el("div", { class: "track" }, strip)));
  };
  const asked = (lane) => {  // a line through all lanes where what may be shown ends
    if (!sample.seen) return lane;
    const mark = el("s", { title: `asked at ${clock(sample.seen[1])}: nothing later is shown` });
    mark.style.left = `${(100 * sample.seen[1]) / duration}%`;
    lane.querySelector(".track").append(mark);
    return lane;
  };
  const whole = sample.task ? bar("sample", sample.start, sample.end) : null;
  const seen = sample.seen ? bar("may be seen", ...sample.seen) : null;
  const lines = (whole ? 1 : 0) + (seen ? 1 : 0) + Math.min(names.length, LANES);
  const joints = (video.joints || []).map((seconds, n) => {
    const joint = el("b", { title: `Part ${n + 2} begins at ${clock(seconds)}` });
    joint.style.left = `${(100 * seconds) / duration}%`;
    joint.style.height = `${19 * lines + 4}px`;
    return joint;
  });
  const axis = el("div", { class: "axis" }, joints, ticks(duration).map((seconds) => {
    const tick = el("span", {}, clock(seconds));
    tick.style.left = `${(100 * seconds) / duration}%`;
    return tick;
  }));
  const thinned = Object.entries(video.thinned || {}).map(([name, count]) => `${name} has ${count} spans, of which some are drawn`);
  const stream = turnsAt(sample), who = stream.length ? ["user", "assistant"] : [];
  const talk = who.map((role) => track(`${role} says`, stream.filter((turn) => turn[0] === role).map(([, text, at]) => [at, at, text]), [], duration, {}, tell));
  const rest = names.slice(LANES);
  const more = rest.length ? el("details", { ontoggle: (event) => {
    if (event.target.open && event.target.children.length === 1) event.target.append(...rest.map(line));
  } }, el("summary", {}, `${rest.length} more lanes`)) : null;
  return el("div", { class: "lanes" }, seen, whole, talk, names.slice(0, LANES).map(line), el("div", { class: "lane" }, el("span"), axis),
    more, says, thinned.length ? el("p", { class: "note" }, `${thinned.join("; ")}.`) : null);
}

// Samples

/** The turns of a stream, which are said at times; none of other samples. */
function turnsAt(sample) {
  return (sample.messages || []).filter((turn) => turn.length > 2);
}

const COLOURS = ["#f00", "#0040ff", "#00dc00", "#ffe600", "#ff00dc", "#00e6e6", "#ff8c00", "#fff"];

function strip(item, video) {
  if (!item.thumbs) return el("p", { class: "note" }, `No thumbnail${video.problem ? `: ${video.problem}` : ""}.`);
  const row = el("div", { class: `strip ${item.thumbs.length > 2 ? "many" : ""}` }, [...item.thumbs].sort((a, b) => a[0] - b[0]).map(([time, number]) =>
    el("figure", {}, el("button", { type: "button", title: "Larger or smaller", onclick: () => row.classList.toggle("large") },
      picture(number, `${baseName(video.uri)} at ${clock(time)}`), boxesAt(item, time)), el("figcaption", {}, clock(time)))));
  return row;
}

/** The rectangles around what stands in a picture of an item, each thing in the colour in which a teacher is shown it. */
function boxesAt(item, time) {
  return (item.boxes || []).filter((box) => box[0] === time).map(([, thing, left, top, right, bottom]) => {
    const box = el("span", { class: "outlined" });
    Object.assign(box.style, {
      left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%`, borderColor: COLOURS[thing],
    });
    return box;
  });
}

const MARKS = { "<image>": "image", "<video>": "clip" };

/** The turns of a sample as they read: its pictures and clips stand where their marks are. Null where it has none. */
function readAs(sample, video) {
  if (!sample.media) return null;
  let next = 0;
  const shown = (mark) => {
    const medium = sample.media[next++];
    if (!medium) return mark;
    const name = baseName(medium.video || video.uri), where = stretch(medium.start, medium.end);
    const told = `${medium.video ? `${name} ` : ""}${where}`;
    const figure = el("figure", { class: medium.kind }, medium.thumbs
      ? el("button", { type: "button", title: "Larger or smaller", onclick: () => figure.classList.toggle("large") }, picture(medium.thumbs[0][1], `${name} at ${where}`))
      : el("span", { class: "note" }, MARKS[mark]), el("figcaption", {}, `${medium.kind === "clip" ? "▶ " : ""}${told}`));
    return figure;
  };
  return el("div", { class: "reads" }, (sample.messages || []).map(([role, content]) =>
    el("div", { class: role }, el("span", { class: "tag" }, role), content.split("\n").map((line) =>
      el("div", { class: "line", dir: "auto" }, line.split(/(<image>|<video>)/).map((part) => (MARKS[part] ? shown(part) : el("span", { class: part.length > 24 ? "long" : "" }, part))))))));
}

/** A button that opens a player in its place, and a function that plays a stretch in it; null when no browser finds the video. */
function player(sample, video) {
  if (!video.play) return null;
  const cited = (sample.evidence || []).map((one) => one[0]), first = cited.length ? Math.min(...cited) : sample.start;
  let film = null, stop = Infinity;
  const play = (start, end) => {
    stop = end > start ? end : Infinity;
    if (!film) {
      film = el("video", { controls: true, playsinline: true, src: video.play,
        onloadedmetadata: () => { film.currentTime = start; },
        ontimeupdate: () => { if (film.currentTime >= stop) { film.pause(); stop = Infinity; } },
        onerror: () => place.replaceChildren(el("p", { class: "warn" },
          `The browser cannot play ${video.uri}: it was not found at ${video.play}, or is in a format that it does not read.`)) });
      place.replaceChildren(film);
    } else film.currentTime = start;
    film.play().catch(() => {});
  };
  const place = el("div", { class: "player" },
    el("button", { class: "button play", type: "button", onclick: () => play(first, Infinity) }, `▶ Play from ${clock(first)}`));
  return { place, play };
}

function verdict([check, found, value, detail]) {
  const number = value === null || value === undefined ? "" : ` ${+value.toPrecision(3)}`;
  return el("span", { class: `chip ${found}`, title: detail || null }, `${{ pass: "✓", fail: "✗" }[found] || "?"} ${check}${number}`);
}

function pairs(rows) {
  return el("dl", {}, rows.map(([name, value]) => [el("dt", {}, name), el("dd", { dir: "auto" }, value)]));
}

function card(sample) {
  const video = videos[sample.video];
  const letter = (index) => (index < 26 ? String.fromCharCode(65 + index) : index + 1);
  const options = (sample.options || []).map((option, index) =>
    el("li", { class: index === sample.right ? "right" : "", dir: "auto" }, `${letter(index)}. ${option}`, index === sample.right ? " ✓" : ""));
  const bad = (sample.checks || []).filter((one) => one[1] !== "pass" && one[3]);
  const shown = player(sample, video), stream = turnsAt(sample), reads = readAs(sample, video);
  const time = (start, end) => shown ? el("button", { type: "button", title: "Play it", onclick: () => shown.play(start, end) }, stretch(start, end)) : stretch(start, end);
  return el("article", { "aria-label": `${sample.task}: ${sample.question || ""}`.slice(0, 200) },
    el("div", { class: "head" },
      el("span", { class: "chip task" }, sample.task),
      el("span", { class: "name", title: video.uri }, baseName(video.uri)),
      el("span", { class: "note" }, stretch(sample.start, sample.end), video.duration ? ` of ${clock(video.duration)}` : ""),
      sample.seen ? el("span", { class: "chip" }, `asked at ${clock(sample.seen[1])}`) : null,
      sample.teacher ? el("span", { class: "note" }, `by ${sample.teacher}`) : null),
    el("div", {}, reads ? null : strip(sample, video), shown?.place, timeline(sample, video)),
    el("div", {},
      stream.length ? el("div", { class: "stream" }, stream.map(([role, content, at]) =>
        el("p", { class: role, dir: "auto" }, time(at, at), " ", el("b", {}, role), " ", content))) : reads ?? said("question", sample.question, "q"),
      options.length ? el("ol", { class: "options" }, options) : null,
      stream.length || reads || (options.length && sample.right !== undefined) ? null : said(sample.rejected ? "preferred" : "answer", sample.answer, "answer"),
      said(`not preferred${sample.rejected_source ? ` (${sample.rejected_source})` : ""}`, sample.rejected, "worse"),
      said("chain of thought", sample.rationale),
      sample.checks ? el("div", {}, el("span", { class: "tag" }, "verdicts"), sample.checks.map(verdict)) : null,
      bad.length ? pairs(bad.map((one) => [one[0], one[3]])) : null,
      sample.evidence ? el("details", {}, el("summary", {}, `Evidence (${sample.evidence.length})`),
        pairs(sample.evidence.map(([start, end, lane, text]) => [time(start, end), `${lane}: ${text}`]))) : null,
      el("details", {}, el("summary", {}, "As it is trained on"),
        pairs((sample.messages || []).map(([role, content, at]) => [at === undefined ? role : `${clock(at)} ${role}`, content])),
        pairs([["id", sample.id], ...(sample.group ? [["group", sample.group]] : []), ["video", video.uri], ...(sample.clip ? [["shown", sample.clip]] : []),
          ...Object.entries(sample.params || {})]))));
}

// Videos without samples

function videoCard(video) {
  const end = video.state === "kept" ? null : [video.stage, video.reason].filter(Boolean).join(": ");
  const shown = player({ start: 0 }, video);
  const time = (start, end) => shown ? el("button", { type: "button", title: "Play it", onclick: () => shown.play(start, end) }, stretch(start, end)) : stretch(start, end);
  const words = Object.entries(video.lanes || {}).filter(([, spans]) => spans.some((span) => span[2]));
  return el("article", { "aria-label": `${baseName(video.uri)}: ${video.state}`.slice(0, 200) },
    el("div", { class: "head" },
      el("span", { class: "chip task" }, video.state.replace("_", " ")),
      el("span", { class: "name", title: video.uri }, baseName(video.uri)),
      video.duration ? el("span", { class: "note" }, clock(video.duration)) : null,
      end ? el("span", { class: "chip fail" }, end) : null),
    el("div", {}, video.thumbs || video.problem ? strip(video, video) : null, shown?.place, timeline({}, video)),
    el("div", {}, words.length ? words.map(([lane, spans]) => el("details", {}, el("summary", {}, `${lane} (${spans.length})`),
      pairs(spans.map(([start, end, text]) => [time(start, end), text || ""])))) : el("p", { class: "note" }, "No lane holds words.")));
}

// Rejects

/** A long text behind its first line. */
function folded(text) {
  const first = text.split("\n", 1)[0].slice(0, 120);
  return text.length < 160 && !text.includes("\n") ? text : el("details", {}, el("summary", {}, `${first} …`), text.slice(first.length));
}

function rejectTable(rows) {
  const number = (value) => (value === undefined ? "" : String(+value.toPrecision(4)));
  return el("table", {}, el("thead", {}, el("tr", {}, ["", "stage", "reason", "video", "where", "measured", "limit", "detail"].map((name) =>
    el("th", { class: ["measured", "limit"].includes(name) ? "num" : null }, name)))),
  el("tbody", {}, rows.map((row) => el("tr", {},
    el("td", {}, row.thumbs ? picture(row.thumbs[0][1], `${baseName(row.uri)} at ${clock(row.thumbs[0][0])}`) : null),
    el("th", { scope: "row" }, row.stage),
    el("td", { class: "reason" }, row.reason, row.kind === "dropped" ? null : el("small", {}, ` ${row.kind}`)),
    el("td", { class: "long", title: row.uri }, baseName(row.uri)),
    el("td", { class: "reason" }, row.lane ? `${row.lane} ${row.start === undefined ? "" : stretch(row.start, row.end ?? row.start)}` : "the whole video"),
    el("td", { class: "num" }, number(row.value)), el("td", { class: "num" }, number(row.threshold)),
    el("td", { class: "long detail", dir: "auto" }, folded(row.detail || ""))))));
}

// Lists with filters

/**
 * Rows in pages, under filters. *fields*: {name: row => value or values}; a field with less than two values has no filter.
 * Returns a function that sets filters ({name: value}) from elsewhere.
 */
function list(form, place, rows, fields, words, size, draw) {
  const chosen = {};
  let page = 0, text = "";
  const values = (field, row) => [fields[field](row)].flat().filter((value) => value !== undefined && value !== "");
  const menus = {};
  for (const field of Object.keys(fields)) {
    const counts = new Map();
    for (const row of rows) for (const value of values(field, row)) counts.set(value, (counts.get(value) || 0) + 1);
    if (counts.size < 2) continue;
    const names = [...counts.keys()].sort();
    menus[field] = el("select", { "data-filter": field, onchange: (event) => { chosen[field] = event.target.value; page = 0; show(); } },
      el("option", { value: "" }, `all (${counts.size})`), names.map((name) => el("option", { value: name }, `${name} (${counts.get(name)})`)));
    form.append(el("label", {}, field, menus[field]));
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  if (!rows.length) { form.remove(); return () => {}; }
  const search = el("input", { type: "search", "data-filter": "text", oninput: (event) => { text = event.target.value.toLowerCase(); page = 0; show(); } });
  form.append(el("label", {}, "words", search));

  function set(wanted) {
    for (const field of Object.keys(menus)) { chosen[field] = wanted[field] || ""; menus[field].value = chosen[field]; }
    search.value = text = "";
    page = 0;
    show();
  }

  function show() {
    const found = rows.filter((row) => Object.entries(chosen).every(([field, value]) => !value || values(field, row).includes(value))
      && (!text || words(row).toLowerCase().includes(text)));
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, pages - 1);
    const turn = (by) => () => { page += by; show(); form.scrollIntoView(); };
    const pager = () => el("div", { class: "pager" },
      el("button", { class: "button", type: "button", disabled: page === 0, onclick: turn(-1) }, "← Previous"),
      el("span", { role: "status" }, `${found.length.toLocaleString("en")} ${found.length === 1 ? "row" : "rows"}, page ${page + 1} of ${pages}`),
      el("button", { class: "button", type: "button", disabled: page >= pages - 1, onclick: turn(1) }, "Next →"),
      found.length < rows.length ? el("button", { class: "button", type: "button", onclick: () => set({}) }, "Show all") : null);
    place.replaceChildren(pager(), ...draw(found.slice(page * size, (page + 1) * size)), ...(pages > 1 ? [pager()] : []));
  }
  show();
  return set;
}

const byId = (id) => document.getElementById(id);
const showSamples = list(byId("sample-filters"), byId("sample-list"), samples, {
  task: (row) => row.task,
  video: (row) => videos[row.video].uri,
  verdict: (row) => (row.checks || []).map((one) => `${one[0]}: ${one[1]}`),
  teacher: (row) => row.teacher || "by rule",
}, (row) => [row.question, row.answer, row.rationale, row.rejected, ...(row.options || []), row.id, ...(row.evidence || []).map((one) => one[3])].join(" "),
PAGE, (rows) => rows.map(card));
if (alone.length) list(byId("video-filters"), byId("video-list"), alone, {
  state: (row) => row.state,
  reason: (row) => row.reason,
  stage: (row) => row.stage,
}, (row) => [row.uri, ...Object.values(row.lanes || {}).flat().map((span) => span[2])].join(" "), PAGE, (rows) => rows.map(videoCard));
const showRejects = list(byId("reject-filters"), byId("reject-list"), rejects, {
  stage: (row) => row.stage,
  reason: (row) => row.reason,
  video: (row) => row.uri,
  kind: (row) => row.kind,
}, (row) => [row.stage, row.reason, row.uri, row.lane, row.detail].join(" "), MANY, (rows) => [rejectTable(rows)]);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-task], button[data-reason]");
  if (!button) return;
  const { task, stage, reason } = button.dataset;
  if (task) showSamples({ task });
  else showRejects({ stage, reason });
  byId(task ? "samples" : "rejects").scrollIntoView();
});
