"""The roomful server in real threads that take turns as often as they can: the hardest test of its lock."""

import os
import sys
from pathlib import Path

# Hides the green threads that may be installed, so that Flask-SocketIO takes threads.
for library in ('eventlet', 'gevent', 'gevent_uwsgi'):
    sys.modules[library] = None
sys.setswitchinterval(1e-6)
sys.path.insert(0, str(Path(__file__).parents[4] / 'examples' / 'flask'))

from roomful_server import app, socketio  # noqa: E402

socketio.run(app, host='127.0.0.1', port=int(os.environ['PORT']), allow_unsafe_werkzeug=True)
