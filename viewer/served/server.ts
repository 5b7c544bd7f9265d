const TOKEN_KEY = "stapflame-token";

/** Why the server gave no answer, in a sentence for people. */
export class ServerError extends Error {
  /** 0 when there was no answer at all. */
  readonly status: number;

  constructor(status: number, sentence: string) {
    super(sentence);
    this.name = "ServerError";
    this.status = status;
  }
}

/** Asks the server that this page came from. The token is in the page's memory and its tab's, never in a request's address. */
export class Server {
  readonly #token = takeToken();

  /** The address of another page of this server, as it works in any tab. */
  link(path: string): string {
    return `${path}#token=${this.#token}`;
  }

  /** An answer below `/data`. Throws ServerError on any but a good one. */
  async get(path: string): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(`/data/${path}`, {
        headers: { Authorization: `Bearer ${this.#token}` },
        cache: "no-store",
      });
    } catch {
      throw new ServerError(
        0,
        "The server does not answer: stapflame serve may have ended. Start it again and open its new address.",
      );
    }
    if (response.ok) return response;
    throw new ServerError(
      response.status,
      response.status === 401
        ? "This address has no valid token. Open the address that stapflame serve has printed, with all that follows the #."
        : `The server answered ${response.status}: ${(await response.text()).trim()}`,
    );
  }

  async json(path: string): Promise<unknown> {
    return (await this.get(path)).json();
  }
}

/** The token from the address, which it is taken out of so that nobody copies it by accident; after a reload, from the tab. */
function takeToken(): string {
  const parameters = new URLSearchParams(location.hash.slice(1));
  const given = parameters.get("token");
  if (given === null) return readTab();
  parameters.delete("token");
  const rest = parameters.toString();
  history.replaceState(
    history.state,
    "",
    location.pathname + location.search + (rest === "" ? "" : `#${rest}`),
  );
  try {
    sessionStorage.setItem(TOKEN_KEY, given);
  } catch {
    // Without storage a reload needs the whole address again.
  }
  return given;
}

function readTab(): string {
  try {
    return sessionStorage.getItem(TOKEN_KEY) ?? "";
  } catch {
    return "";
  }
}
