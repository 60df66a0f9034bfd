// Says something to the server; what comes back is an answer or a refusal, never an exception.
export async function call(address, body, { token, keepalive = false } = {}) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  try {
    const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), keepalive });
    const said = await answer.json();
    return answer.ok ? { status: answer.status, body: said } : { status: answer.status, problem: said };
  } catch {
    return { status: 0, problem: { status: 0, code: "offline" } };
  }
}
