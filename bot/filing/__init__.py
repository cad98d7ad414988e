"""The form engine: pure `step(form, draft, event, today) -> Step`, field types as a table, receipts, copies."""
