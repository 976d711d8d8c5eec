"""The roomful server in real threads that switch as often as they can: the hardest test of its lock."""

import os
import sys
from functools import partial
from pathlib import Path

import flask_socketio

# Left to itself, Flask-SocketIO takes eventlet or gevent where one is installed. The server creates its SocketIO when imported.
flask_socketio.SocketIO = partial(flask_socketio.SocketIO, async_mode='threading')
sys.setswitchinterval(1e-6)
sys.path.insert(0, str(Path(__file__).parents[4] / 'examples' / 'flask'))

from roomful_server import app, socketio  # noqa: E402

assert socketio.async_mode == 'threading', f'this server runs in {socketio.async_mode}, not in threads'
socketio.run(app, host='127.0.0.1', port=int(os.environ['PORT']), allow_unsafe_werkzeug=True)
