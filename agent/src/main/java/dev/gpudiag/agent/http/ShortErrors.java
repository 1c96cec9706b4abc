package dev.gpudiag.agent.http;

import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Problems that no route answers: one JSON object, and nothing of the request, the server or a cause in it. */
final class ShortErrors extends ErrorHandler {

    @Override
    protected void generateResponse(
            Request request, Response response, int code, String message, Throwable cause, Callback callback) {
        // a version of HTTP or a coding that nobody knows is the client's mistake: what is 5xx here is the agent's
        boolean isClients = code == HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505 || code == HttpStatus.NOT_IMPLEMENTED_501;
        int told = isClients ? HttpStatus.BAD_REQUEST_400 : code;
        new WebAccess.Refusal(told, HttpStatus.getMessage(code)).write(response, callback);
    }
}
