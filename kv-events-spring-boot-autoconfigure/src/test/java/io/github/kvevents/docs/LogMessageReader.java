package io.github.kvevents.docs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import org.jspecify.annotations.Nullable;

/**
 * Reads from source files what they log at INFO and above: each message with an ellipsis
 * in place of what is known only when it is logged.
 */
final class LogMessageReader extends TreeScanner<@Nullable Void, @Nullable Void> {

	static final String UNKNOWN = "…";

	private static final Set<String> LEVELS = Set.of("info", "warn", "error");

	private final List<String> found = new ArrayList<>();

	private Map<String, ExpressionTree> variables = new HashMap<>();

	private final Map<String, ExpressionTree> constants = new HashMap<>();

	private final Map<String, ExpressionTree> methods = new HashMap<>();

	private LogMessageReader() {
	}

	/**
	 * Reads files.
	 * @param files the source files
	 * @return for each call its level, a colon and its message
	 */
	static List<String> read(List<Path> files) throws IOException {
		List<String> found = new ArrayList<>();
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
			JavacTask task = (JavacTask) compiler.getTask(null, manager, (diagnostic) -> {
			}, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
			for (CompilationUnitTree file : task.parse()) {
				LogMessageReader reader = new LogMessageReader();
				reader.scan(file, null);
				found.addAll(reader.found);
			}
		}
		return found;
	}

	@Override
	public @Nullable Void visitClass(ClassTree type, @Nullable Void nothing) {
		for (Tree member : type.getMembers()) {
			if (member instanceof MethodTree method && method.getBody() != null
					&& method.getBody().getStatements().size() == 1
					&& method.getBody().getStatements().get(0) instanceof ReturnTree result
					&& result.getExpression() != null) {
				this.methods.put(method.getName().toString(), result.getExpression());
			}
			else if (member instanceof VariableTree field && field.getInitializer() != null) {
				this.constants.put(field.getName().toString(), field.getInitializer());
			}
		}
		return super.visitClass(type, null);
	}

	@Override
	public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
		this.variables = new HashMap<>();
		return super.visitMethod(method, null);
	}

	@Override
	public @Nullable Void visitVariable(VariableTree variable, @Nullable Void nothing) {
		if (variable.getInitializer() != null) {
			this.variables.put(variable.getName().toString(), variable.getInitializer());
		}
		return super.visitVariable(variable, null);
	}

	@Override
	public @Nullable Void visitMethodInvocation(MethodInvocationTree call, @Nullable Void nothing) {
		if (call.getMethodSelect() instanceof MemberSelectTree select
				&& LEVELS.contains(select.getIdentifier().toString()) && isLogger(select.getExpression())) {
			this.found.add(select.getIdentifier().toString().toUpperCase(Locale.ROOT) + ": "
					+ text(call.getArguments().get(0), 0).replaceAll("…+", UNKNOWN).strip());
		}
		return super.visitMethodInvocation(call, null);
	}

	private static boolean isLogger(ExpressionTree receiver) {
		String name = receiver.toString();
		return name.equals("logger") || name.equals("this.logger");
	}

	private String text(ExpressionTree expression, int depth) {
		if (depth > 10) {
			return UNKNOWN;
		}
		if (expression instanceof LiteralTree literal) {
			return String.valueOf(literal.getValue());
		}
		if (expression instanceof ParenthesizedTree parentheses) {
			return text(parentheses.getExpression(), depth);
		}
		if (expression instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
			return text(sum.getLeftOperand(), depth) + text(sum.getRightOperand(), depth);
		}
		if (expression instanceof IdentifierTree name) {
			String variable = name.getName().toString();
			return resolve(this.variables.getOrDefault(variable, this.constants.get(variable)), depth);
		}
		if (expression instanceof MethodInvocationTree call) {
			return textOfCall(call, depth);
		}
		return UNKNOWN;
	}

	private String textOfCall(MethodInvocationTree call, int depth) {
		if (call.getMethodSelect() instanceof IdentifierTree method) {
			return resolve(this.methods.get(method.getName().toString()), depth);
		}
		if (call.getMethodSelect() instanceof MemberSelectTree select
				&& select.getIdentifier().contentEquals("formatted")) {
			return text(select.getExpression(), depth).replaceAll("%\\d*[a-zA-Z]", UNKNOWN);
		}
		return UNKNOWN;
	}

	private String resolve(@Nullable ExpressionTree expression, int depth) {
		return (expression != null) ? text(expression, depth + 1) : UNKNOWN;
	}

}
