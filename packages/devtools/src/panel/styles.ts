/** The panel's CSS, in its shadow root: nothing of the page's applies to it, and nothing of it to the page. */
export const styles = `
:host { all: initial; color-scheme: light dark; --back: #fff; --raised: #f3f5f7; --line: #cfd5dc; --text: #1b2026; --soft: #525c68;
  --accent: #0a5bb0; --accent-text: #fff; --good: #0b6b3a; --bad: #b3261e; --warn: #8a4b00; --fault: #6d3aa8; }
@media (prefers-color-scheme: dark) {
  :host { --back: #14181d; --raised: #1d232a; --line: #38414c; --text: #e7ebf0; --soft: #a9b3bf;
    --accent: #7fb8ff; --accent-text: #0b1420; --good: #6fd39b; --bad: #ff9a90; --warn: #f0b866; --fault: #c8a6f5; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
.root { position: fixed; inset: auto 0 0 0; z-index: 2147483000; pointer-events: none; font: 13px/1.45 system-ui, sans-serif; color: var(--text); }
.root > * { pointer-events: auto; }
button, input, select { font: inherit; color: inherit; }
button { min-height: 28px; padding: 2px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); cursor: pointer; }
button:hover:not([disabled]) { border-color: var(--accent); }
button[disabled] { color: var(--soft); cursor: default; }
button[aria-pressed=true] { background: var(--accent); border-color: var(--accent); color: var(--accent-text); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
input[type=search], select { min-height: 28px; padding: 2px 6px; border: 1px solid var(--line); border-radius: 6px; background: var(--back); }
input[type=search] { flex: 1 1 130px; min-width: 90px; max-width: 260px; }
label { display: inline-flex; align-items: center; gap: 6px; color: var(--soft); }
.toggle { position: absolute; bottom: 12px; right: 12px; display: flex; align-items: center; gap: 8px; min-height: 32px; border-radius: 16px;
  background: var(--back); box-shadow: 0 1px 6px rgb(0 0 0 / .25); }
.root.left .toggle { right: auto; left: 12px; }
.dot { width: 10px; height: 10px; border-radius: 50%; background: var(--soft); }
[data-status=connected] .dot { background: var(--good); }
[data-status=connecting] .dot, [data-status=reconnecting] .dot { background: var(--warn); }
[data-status=disconnected] .dot { background: var(--bad); }
.panel { display: flex; flex-direction: column; height: min(46vh, 420px); min-height: 240px; background: var(--back); border-top: 1px solid var(--line);
  box-shadow: 0 -2px 12px rgb(0 0 0 / .18); }
header { display: flex; align-items: center; gap: 10px; padding: 6px 10px; border-bottom: 1px solid var(--line); background: var(--raised); }
.status { display: flex; align-items: center; gap: 6px; white-space: nowrap; }
.tabs { display: flex; gap: 2px; flex: 1; min-width: 0; overflow-x: auto; }
[role=tab] { border-color: transparent; background: none; white-space: nowrap; }
[role=tab][aria-selected=true] { border-color: var(--line); background: var(--back); font-weight: 600; }
[role=tabpanel] { flex: 1; min-height: 0; overflow: auto; display: flex; flex-direction: column; }
[role=tabpanel]:focus-visible { outline-offset: -2px; }
.timeline { flex: 1; min-height: 0; display: flex; flex-direction: column; }
.scroll { padding: 0 12px 12px; }
.toolbar { display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; padding: 6px 10px; }
.message:empty { display: none; }
.message { margin: 0; padding: 0 12px 6px; color: var(--warn); overflow-wrap: anywhere; }
.note { margin: 8px 12px; color: var(--soft); }
.scroll .note { margin: 8px 0; }
.split { flex: 1; min-height: 0; display: flex; border-top: 1px solid var(--line); }
.list { flex: 3; min-width: 0; overflow: auto; position: relative; }
.space { position: relative; }
.row { position: absolute; left: 0; right: 0; height: 26px; display: flex; gap: 10px; align-items: center; padding: 0 10px; white-space: nowrap; cursor: default; }
.row:hover { background: var(--raised); }
.row[aria-selected=true] { background: var(--accent); color: var(--accent-text); }
.row[aria-selected=true] span { color: inherit; }
.row span { overflow: hidden; text-overflow: ellipsis; }
.time { color: var(--soft); font-variant-numeric: tabular-nums; flex: none; }
.kind { flex: none; width: 44px; font-weight: 600; color: var(--soft); }
.title { flex: none; max-width: 45%; }
.detail { color: var(--soft); flex: 1; }
.kind-in .kind { color: var(--accent); }
.kind-out .kind, .kind-answer .kind { color: var(--good); }
.kind-drop .kind, .kind-error .kind { color: var(--bad); }
.kind-fault .kind { color: var(--fault); }
.kind-link .kind, .kind-state .kind { color: var(--warn); }
.details { flex: 2; min-width: 0; margin: 0; padding: 8px 12px; overflow: auto; border-left: 1px solid var(--line); background: var(--raised);
  font: 12px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 4px 12px 4px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: break-word; }
thead th { color: var(--soft); font-weight: 600; }
tbody th { font-weight: 600; }
ul { margin: 4px 0; padding-left: 18px; }
summary { cursor: pointer; }
h2 { margin: 12px 0 4px; font-size: 13px; }
dl { margin: 0; }
dl div { display: flex; gap: 12px; padding: 3px 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 160px; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
fieldset { margin: 10px 0 0; padding: 6px 10px 10px; border: 1px solid var(--line); border-radius: 8px; }
legend { padding: 0 4px; color: var(--soft); }
.controls { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
.faults .message { padding: 8px 0 0; }
@media (max-width: 640px) {
  .panel { height: 70vh; }
  header { flex-wrap: wrap; gap: 4px 10px; }
  .tabs { order: 3; flex-basis: 100%; }
  .status { flex: 1; }
  [role=tab] { padding: 2px 7px; }
  table { min-width: 560px; }
  .split { flex-direction: column; }
  .details { border-left: 0; border-top: 1px solid var(--line); }
  .row { gap: 6px; padding: 0 8px; }
  .toolbar { padding: 6px 8px; }
  dl div { flex-direction: column; gap: 0; }
  dt { flex: none; }
}
`
