import { render } from 'preact';
import { App } from './app.tsx';
import { startLive } from './live/events.ts';
import './style.css';

startLive();
const root = document.getElementById('app') as HTMLElement;
root.replaceChildren();
render(<App />, root);
