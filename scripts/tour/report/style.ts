/** Both colour schemes, and nothing from anywhere else. */
export const style = `
:root { color-scheme: light dark; --text: #1c2430; --quiet: #596373; --line: #e6e9ee; --accent: #11749a; --soft: #a6d5e4; --good: #1a7a4c; --bad: #c02b30; --warn: #96590a; --back: #fff; --sunken: #f8f9fb }
@media (prefers-color-scheme: dark) { :root { --text: #dde2ea; --quiet: #98a2b1; --line: #252d38; --accent: #4fabcb; --soft: #22566b; --good: #4cc38a; --bad: #ff8585; --warn: #e5a54b; --back: #12171e; --sunken: #0d1117 } }
body { max-width: 900px; margin: 40px auto; padding: 0 20px; background: var(--back); color: var(--text); font: 15px/1.55 Inter, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif }
h1 { font-size: 28px; margin: 0 0 4px } h2 { font-size: 19px; margin: 40px 0 8px } h3 { font-size: 15px; margin: 20px 0 4px }
.quiet, figcaption { color: var(--quiet) } figure { margin: 14px 0 } figcaption { font-size: 13px }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top } th { color: var(--quiet); font-weight: 550; font-size: 13px }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
code { font: 13px/1.4 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere }
blockquote { margin: 10px 0; padding: 8px 16px; border-left: 3px solid var(--accent); background: var(--sunken) }
.good { color: var(--good) } .bad { color: var(--bad) }
svg { width: 100%; height: auto; display: block } svg text { font-size: 11px; fill: var(--quiet) } svg text.label { fill: var(--text); font-size: 12px } svg text.name { fill: var(--text) }
.grid { stroke: var(--line) } .mark { stroke: var(--quiet); stroke-dasharray: 2 3 } .line { fill: none; stroke-width: 2; stroke-linejoin: round } .truth { stroke: var(--accent) } .said { stroke: var(--warn); stroke-width: 1.5; stroke-dasharray: 5 3 }
.band { fill: var(--soft); opacity: .55 } .margin { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4 }
.bar { fill: var(--quiet) } .bar.succeeded { fill: var(--good) } .bar.failed { fill: var(--bad) } .bar.running { fill: var(--accent) }
`
