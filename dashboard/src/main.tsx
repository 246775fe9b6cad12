import { render } from 'preact';
import { App } from './app.tsx';
import { startLive } from './live/events.ts';
import { startReadiness } from './live/readiness.ts';
import { askForServer } from './server.ts';
import { askForCaller } from './session.ts';
import './style/index.css';

void askForCaller();
startLive();
startReadiness();
askForServer();
const root = document.getElementById('app') as HTMLElement;
root.replaceChildren();
render(<App />, root);
