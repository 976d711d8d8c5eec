"""The tutorial's events, acks and rooms on python-socketio, beside a FastAPI app, on uvicorn."""

import os
from importlib.metadata import version

import socketio
import uvicorn
from fastapi import FastAPI

app = FastAPI()
sio = socketio.AsyncServer(async_mode='asgi', cors_allowed_origins='*')
numbers = {}


@app.get('/')
def index():
    return {name: version(name) for name in ('fastapi', 'uvicorn', 'python-socketio', 'python-engineio')}


@sio.event
async def connect(sid, environ, auth):
    if auth and auth.get('refuse'):
        raise socketio.exceptions.ConnectionRefusedError('no', {'code': 'FORBIDDEN', 'reason': auth['refuse']})
    numbers[sid] = []


@sio.event
async def disconnect(sid, reason=None):
    numbers.pop(sid, None)


@sio.event
async def message(sid, text):
    await sio.send(f'Server received: {text}')


@sio.event
async def custom_event(sid, data):
    await sio.emit('response_event', {'message': 'Processed'})


@sio.event
async def broadcast(sid, data):
    await sio.emit('broadcast_message', data)


@sio.event
async def join(sid, data):
    room = data['room']
    if room == 'private':
        return {'error': 'members only'}
    entered = sio.enter_room(sid, room)
    if entered is not None:  # a coroutine since python-socketio 5.10
        await entered
    await sio.emit('room_message', f'User joined {room}', room=room)


@sio.event
async def leave(sid, data):
    room = data['room']
    left = sio.leave_room(sid, room)
    if left is not None:
        await left
    await sio.emit('room_message', f'User left {room}', room=room)


@sio.event
async def rooms(sid):
    return len(sio.rooms(sid)) - 1  # one is the connection's own


@sio.event
async def number(sid, value):
    numbers[sid].append(value)


@sio.on('numbers')
async def handle_numbers(sid):
    return numbers[sid]


@sio.event
async def nothing(sid):
    pass


@sio.event
async def value(sid, data):
    return data


@sio.on('tuple')
async def handle_tuple(sid, first, second):
    return first, second


@sio.event
async def failure(sid):
    raise ValueError('this handler always fails')


@sio.event
async def ask_me(sid, question):
    async def answered(answer):
        await sio.emit('answered', answer, to=sid)

    await sio.emit('question', question, to=sid, callback=answered)


if __name__ == '__main__':
    asgi = socketio.ASGIApp(sio, other_asgi_app=app)
    uvicorn.run(asgi, host='127.0.0.1', port=int(os.environ.get('PORT', 8000)))
