"""The sandbox's one page for people: what this is, its models, and the calls so far."""

import time
from html import escape

from sandbox.catalogue import MODELS, Model
from sandbox.ledger import Call, Ledger
from sandbox.settings import Settings

SHOWN_CALLS = 25
CALL_COLUMNS = ("Time", "Model", "Answer", "Cost", "Pictures", "Prompt", "Request id")
NO_CALLS = '<div class="table"><p class="empty">No calls yet.</p></div>'
MASKS = {
    "alpha": "transparent = edit",
    "luminance": "white = edit",
    "flattened": "white = edit, blind to transparency",
    "ignored": "ignores it",
    "refused": "refuses it",
}
STYLE = """
:root { color-scheme: light dark; --line: light-dark(#e2e3e6, #303238);
  --soft: light-dark(#62656d, #a0a4ad); --ground: light-dark(#fbfbfc, #17181b);
  --card: light-dark(#fff, #1e2024); --ink: light-dark(#1b1c1f, #ececee); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 24px 24px 48px; }
h1 { font-size: 24px; margin: 0 0 8px; letter-spacing: -0.01em; }
h2 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 0 0 8px; max-width: 130ch; }
p, td.soft, dt, caption { color: var(--soft); }
strong, code { color: var(--ink); }
code { font: 13px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: 8px 32px; margin: 16px 0 0; padding: 12px 16px;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
dt { font-size: 13px; } dd { margin: 0; font-weight: 600; }
.table { overflow-x: auto; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; }
table { border-collapse: collapse; width: 100%; min-width: 720px; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); white-space: nowrap; }
td { font-size: 14px; }
th, td { padding: 6px 16px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.number { text-align: right; }
small { display: block; font-size: 13px; line-height: 1.4; color: var(--soft); }
tr > :first-child { width: 46%; }
.calls tr > :first-child { width: auto; }
.empty { padding: 24px 16px; margin: 0; }
@media (max-width: 720px) {
  main { padding: 24px 16px 48px; } table { min-width: 0; } thead { display: none; }
  tr { display: block; padding: 12px 16px; border-bottom: 1px solid var(--line); }
  tr:last-child { border-bottom: 0; }
  td, td.number { display: inline-block; padding: 0 16px 0 0; border: 0; text-align: left;
    white-space: normal; font-size: 13px; }
  tr > td:first-child { display: block; width: 100%; font-size: 15px; padding: 0 0 4px; }
  td[data-name]::before { content: attr(data-name) " "; color: var(--soft); font-weight: 400; }
}
"""


def home(settings: Settings, ledger: Ledger, root: str) -> str:
    """The page as HTML; everything that came from outside is escaped."""
    calls = list(reversed(ledger.calls()))
    key = "one key only" if settings.key else "any key"
    facts = (
        ("Base URL", f"<code>{escape(root)}</code>"),
        ("API key", key),
        ("Balance", f"${ledger.balance_of():.4f}"),
        ("Result links live", _span(settings.link_life)),
        ("Simulated work", f"{settings.delay:g} s"),
        ("Calls so far", str(len(calls))),
    )
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    models = "".join(_model_row(model) for model in MODELS)
    rows = "".join(_call_row(call) for call in calls[:SHOWN_CALLS])
    recent = _table(CALL_COLUMNS, rows, {3, 4, 5}, "calls") if rows else NO_CALLS
    table = _table(("Model", "Mask", "Sizes", "Variants", "Inputs", "Price"), models, {3, 4, 5})
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Sandbox API</title><style>{STYLE}</style></head><body><main>"
        "<h1>Sandbox API</h1>"
        "<p>A stand-in of the upstream image edits API. It speaks the same language and edits "
        "pictures with simple image processing on this machine. <strong>Nothing here costs "
        "money, and no picture leaves this computer.</strong></p>"
        "<p>Edits go to <code>POST /api/v1/images/edits</code>, models are listed at "
        "<code>GET /api/v1/image-models</code>. Tests read <code>/sandbox/calls</code> and order "
        "misbehaviour at <code>/sandbox/faults</code>.</p>"
        f"<dl>{listed}</dl><h2>Models</h2>{table}<h2>Latest calls</h2>{recent}</main></body></html>"
    )


def _table(names: tuple[str, ...], rows: str, numbers: set[int], kind: str = "models") -> str:
    head = "".join(
        f'<th scope="col"{" class=number" if index in numbers else ""}>{name}</th>'
        for index, name in enumerate(names)
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="table {kind}">{table}</div>'


def _model_row(model: Model) -> str:
    mask = MASKS[model.mask]
    if model.mask_required:
        mask += ", required"
    variants = f"always {model.fixed_images}" if model.fixed_images else f"up to {model.max_images}"
    prices = [price for price in model.prices.values() if price is not None]
    price = f"${min(prices):g}" if prices else "unknown"
    if prices and max(prices) > min(prices):
        price += f" to ${max(prices):g}"
    return (
        f"<tr><td><strong>{escape(model.name)}</strong> <code>{escape(model.id)}</code>"
        f"<small>{escape(model.description)}</small></td>"
        f'<td data-name="Mask">{mask if model.edits else "no edits"}</td>'
        f'<td class="soft" data-name="Sizes">{escape(", ".join(model.sizes))}</td>'
        f'<td class="number" data-name="Variants">{variants}</td>'
        f'<td class="number" data-name="Inputs">{model.max_inputs if model.edits else 0}</td>'
        f'<td class="number" data-name="Price">{price}</td></tr>'
    )


def _call_row(call: Call) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(call.time))
    answer = {None: "running", 0: "no answer"}.get(call.status, str(call.status))
    fault = f"<small>fault: {escape(call.fault)}</small>" if call.fault else ""
    return (
        f'<tr><td>{clock}</td><td data-name="Model"><code>{escape(call.model) or "-"}</code></td>'
        f'<td data-name="Answer">{answer}, {call.seconds:.1f} s{fault}</td>'
        f'<td class="number" data-name="Cost">${call.cost:f}</td>'
        f'<td class="number" data-name="Pictures">{len(call.result_sizes)}</td>'
        f'<td class="number" data-name="Prompt">{call.prompt_length} characters</td>'
        f'<td data-name="Request id"><code>{escape(call.request_id)}</code></td></tr>'
    )


def _span(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 120 else f"{seconds:g} s"
