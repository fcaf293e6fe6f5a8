import { render } from "preact";
import { App } from "./app";
import { receive } from "./data";

declare global {
  interface Window { tarazu: (name: string, value: unknown) => void }
}

window.tarazu = receive;
const place = document.getElementById("app");
if (place) render(<App />, place);
