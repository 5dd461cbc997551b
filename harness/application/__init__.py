"""
Turns the user's own application into an object that strategies can call: `app.py:chain`, `package.module:object`.

reference ── spec.parse ──► ApplicationReference ── loading.imported ──► object ── adapting.built ──► application
                                                              │                              │
pointing.point (environment)    inputs.questions (tagged inputs)

All of it happens in a worker: the parent reads the reference and never imports the application. `worker.target`
calls `imported` outside the loop and `built` inside it. A cell whose scenario is such a reference has the client
"own" (`model.record.OWN`).
"""
