import { admission, type Caller, caller } from './access.ts';
import { beginSession, endSession, getCaller, Refusal } from './api.ts';

/** Asks the server who uses the page. Answers that do not come are waited for elsewhere. */
export async function askForCaller(): Promise<void> {
  try {
    admit(await getCaller());
  } catch (error) {
    if (!(error instanceof Refusal && error.reason === 'UNAUTHENTICATED')) admission.value = 'admitted';
  }
}

/** @throws Refusal */
export async function signIn(token: string): Promise<void> {
  admit(await beginSession(token));
}

/** Loads the page anew, so that nothing of this caller stays in it. @throws Refusal */
export async function signOut(): Promise<void> {
  await endSession();
  location.reload();
}

/** After somebody else was signed in, the page is loaded anew: it still holds what that caller saw. */
function admit(now: Caller): void {
  const before = caller.peek();
  if (before !== undefined && (before.name !== now.name || before.tenant !== now.tenant)) location.reload();
  else {
    caller.value = now;
    admission.value = 'admitted';
  }
}
