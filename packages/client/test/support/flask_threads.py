"""The roomful server in real threads that take turns as often as they can: the hardest test of its lock."""

import os
import sys
from pathlib import Path

sys.modules['eventlet'] = None  # not there, as far as Flask-SocketIO can see: it takes threads
sys.setswitchinterval(1e-6)
sys.path.insert(0, str(Path(__file__).parents[4] / 'examples' / 'flask'))

from roomful_server import app, socketio  # noqa: E402

socketio.run(app, host='127.0.0.1', port=int(os.environ['PORT']), allow_unsafe_werkzeug=True)
