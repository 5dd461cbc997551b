"""
Anybody's own application, made into something that strategies can call: `app.py:chain`, `package.module:object`.

    word ── spec.parse ──► Spec ── loading.imported ──► object ── adapting.built ──► app with some of METHODS
                                        │                              │
                              pointing.point (environment)      inputs.Inputs (what it is asked, tagged)

All of it happens in a worker: the parent reads the word and never imports the application. `worker.slot` calls
`imported` outside the loop and `built` inside it: `worker.target` does both. A cell whose
scenario is such a word has the client "own" (`model.record.OWN`).
"""
